// What lives and dies with an instance: its VNICs, and the attachments of those and of its boot
// volume. None of these is a row of its own: the OCIDs of what hangs on an instance end in one
// unique part.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/world/regions.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

bool is_dead(const Instance& i, Time now) { return i.timeline.at(now) == State::terminated; }

// The instance whose sibling of that kind has this OCID.
Instance& owner(Call& call, const std::string& id, std::string_view kind) {
  const auto dot = id.rfind('.');
  Instance* i = dot == std::string::npos ? nullptr : call.world.instance_of(id.substr(dot + 1));
  if (!i || i->region != call.region.name || sibling_id(*i, kind) != id) not_found();
  return *i;
}

json::object show_boot_attachment(const Instance& i, Time now) {
  json::object o;
  const json::object options = object_of(i.options);
  const json::object* boot = member(options, "bootVolume");
  o["id"] = i.id;  // as in OCI, the attachment of the boot volume has the instance's OCID
  o["availabilityDomain"] = i.domain;
  o["bootVolumeId"] = sibling_id(i, "bootvolume");
  o["compartmentId"] = i.compartment;
  o["displayName"] = "Remote boot attachment for instance";
  o["instanceId"] = i.id;
  o["isPvEncryptionInTransitEnabled"] =
      boot && flag(*boot, "isPvEncryptionInTransitEnabled", false);
  o["lifecycleState"] = is_dead(i, now) ? "DETACHED" : "ATTACHED";
  o["timeCreated"] = format_millis(i.created);
  return o;
}

json::object show_vnic_attachment(const Instance& i, Time now) {
  json::object o;
  o["id"] = sibling_id(i, "vnicattachment");
  o["availabilityDomain"] = i.domain;
  o["compartmentId"] = i.compartment;
  o["instanceId"] = i.id;
  o["lifecycleState"] = is_dead(i, now) ? "DETACHED" : "ATTACHED";
  o["nicIndex"] = 0;
  o["subnetId"] = i.subnet;
  o["vnicId"] = sibling_id(i, "vnic");
  o["timeCreated"] = format_millis(i.created);
  return o;
}

json::object show_vnic(const Instance& i, Time) {
  json::object o;
  const json::object given = object_of(i.vnic);
  o["id"] = sibling_id(i, "vnic");
  o["availabilityDomain"] = i.domain;
  o["compartmentId"] = i.compartment;
  o["displayName"] = text(given, "displayName").empty() ? i.name : text(given, "displayName");
  o["hostnameLabel"] = text(given, "hostnameLabel");
  o["isPrimary"] = true;
  o["lifecycleState"] = "AVAILABLE";
  const json::value* groups = given.if_contains("nsgIds");
  o["nsgIds"] = groups ? *groups : json::array();
  for (const auto* shown :
       {"ipv6Addresses", "routeTableId", "securityAttributes", "definedTags", "freeformTags"})
    if (const json::value* value = given.if_contains(shown)) o[shown] = *value;
  o["privateIp"] = i.private_ip;
  o["publicIp"] = i.public_ip.empty() ? json::value(nullptr) : json::value(i.public_ip);
  o["skipSourceDestCheck"] = flag(given, "skipSourceDestCheck", false);
  o["subnetId"] = i.subnet;
  o["timeCreated"] = format_millis(i.created);
  return o;
}

// Lists what hangs on the instances of a compartment, or on one of them. add(instance, items)
// appends what it has.
template <typename Add>
Answer list_by_instance(Call& call, Add&& add) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto domain = call.parameter("availabilityDomain");
  const auto wanted = call.parameter("instanceId");
  json::array items;
  const auto fits = [&](const Instance& i) {
    return i.region == call.region.name && i.compartment == compartment && i.listed <= call.now() &&
           (domain.empty() || i.domain == domain);
  };
  Answer a;
  if (!wanted.empty()) {
    const Instance* i = call.world.instance(wanted);
    if (i && fits(*i)) add(*i, items);
    return answer(200, items);
  }
  const Page page = page_of(call);
  std::uint64_t next = 0;
  call.world.instances.scan(key_of("in", call.region.name, compartment), page.after,
                            [&](std::uint64_t seq, Instance& i) {
                              if (!fits(i)) return true;
                              if (items.size() >= page.limit) {
                                next = seq - 1;
                                return false;
                              }
                              add(i, items);
                              return true;
                            });
  a = answer(200, items);
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

Answer one(Call& call, const json::object& o) {
  Answer a = answer(200, o);
  a.headers.emplace_back("etag", etag_of(call.path[2], 1));
  return a;
}

}  // namespace

std::string sibling_id(const Instance& i, std::string_view kind) {
  return fmt::format("ocid1.{}.oc1.{}.{}", kind, ocid_region(i.region), i.unique);
}

Answer handle_attachments(Call& call) {
  if (call.request.method != "GET") no_such_operation(call);
  const std::string& what = call.path[1];
  const Time now = call.now();
  if (call.path.size() == 2) {
    if (what == "bootVolumeAttachments") {
      call.required_parameter("availabilityDomain");
      return list_by_instance(call, [&](const Instance& i, json::array& items) {
        items.push_back(show_boot_attachment(i, now));
      });
    }
    if (what == "vnicAttachments")
      return list_by_instance(call, [&](const Instance& i, json::array& items) {
        items.push_back(show_vnic_attachment(i, now));
        const double more = number(object_of(i.vnic), "secondaryVnics", 0);
        for (int n = 1; n <= static_cast<int>(more); ++n) {
          items.push_back(items.back());
          items.back().as_object()["id"] = fmt::format("{}{}", sibling_id(i, "vnicattachment"), n);
          items.back().as_object()["vnicId"] = fmt::format("{}{}", sibling_id(i, "vnic"), n);
        }
      });
  } else if (call.path.size() == 3) {
    const std::string& id = call.path[2];
    if (what == "vnics") {
      const Instance& i = owner(call, id, "vnic");
      if (is_dead(i, now)) not_found();
      return one(call, show_vnic(i, now));
    }
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
