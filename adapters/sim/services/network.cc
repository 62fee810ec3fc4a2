#include "adapters/sim/services/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/services/references.h"
#include "adapters/sim/world/regions.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

std::string vcn_of(const Call& call) {
  return fmt::format("ocid1.vcn.oc1.{}.aaaaaaaa{:016x}", ocid_region(call.region.name),
                     hash_of("vcn " + call.region.name, call.world.dice.seed()));
}

json::object describe_subnet(const Call& call, const std::string& id) {
  const std::uint64_t h = hash_of(id, call.world.dice.seed());
  const std::string unique = fmt::format("aaaaaaaa{:016x}", h);
  const std::string region(ocid_region(call.region.name));
  const auto compartments =
      call.world.known_after("subnet-compartment/" + call.region.name + "/" + id + "/");
  json::object o;
  o["id"] = id;
  o["compartmentId"] = compartments.empty() ? call.world.tenancy_id() : compartments.front();
  o["availabilityDomain"] = nullptr;
  o["cidrBlock"] = "10.0.0.0/16";
  o["ipv6CidrBlock"] = "2001:db8:0:1::/64";
  o["displayName"] = "subnet";
  o["dnsLabel"] = "subnet";
  o["subnetDomainName"] = "subnet.simulated.oraclevcn.com";
  o["lifecycleState"] = "AVAILABLE";
  o["prohibitPublicIpOnVnic"] = false;
  o["prohibitInternetIngress"] = false;
  o["routeTableId"] = fmt::format("ocid1.routetable.oc1.{}.{}", region, unique);
  o["securityListIds"] = {fmt::format("ocid1.securitylist.oc1.{}.{}", region, unique)};
  o["vcnId"] = vcn_of(call);
  o["virtualRouterIp"] = "10.0.0.1";
  o["virtualRouterMac"] = "00:00:17:0A:B1:C2";
  o["freeformTags"] = json::object();
  o["timeCreated"] = "2024-01-01T00:00:00.000Z";
  show_kept(o, std::string(provisioned_members(call.options.faults, "subnet")));
  return o;
}

Answer one(const json::object& o, const std::string& id) {
  Answer a = answer(200, o);
  a.headers.emplace_back("etag", etag_of(id, 1));
  return a;
}

template <typename Has>
bool any_interface(const Call& call, const std::string& subnet, Has&& has) {
  bool found = false;
  call.world.instances.scan(key_of("region", call.region.name), 0, [&](std::uint64_t, Instance& i) {
    found = i.subnet == subnet && i.timeline.at(call.now()) != State::terminated && has(i);
    return !found;
  });
  return found;
}

}  // namespace

std::optional<json::object> find_subnet(const Call& call, const std::string& id) {
  if (!call.world.knows("subnet/" + call.region.name + "/" + id)) return std::nullopt;
  return describe_subnet(call, id);
}

std::optional<json::object> find_group(const Call& call, const std::string& id) {
  try {
    check_reference(call, id, "networksecuritygroup");
  } catch (const ServiceError&) {
    return std::nullopt;
  }
  json::object o;
  o["id"] = id;
  o["compartmentId"] = call.world.tenancy_id();
  o["displayName"] = "group";
  o["lifecycleState"] = "AVAILABLE";
  o["vcnId"] = vcn_of(call);
  o["freeformTags"] = json::object();
  o["timeCreated"] = "2024-01-01T00:00:00.000Z";
  show_kept(o, std::string(provisioned_members(call.options.faults, "nsg")));
  return o;
}

bool address_in_use(const Call& call, const std::string& subnet, const std::string& address) {
  return any_interface(call, subnet, [&](const Instance& i) { return i.private_ip == address; });
}

bool ipv6_in_use(const Call& call, const std::string& subnet, const workflow::Ipv6& address) {
  return any_interface(call, subnet, [&](const Instance& i) {
    const json::object vnic = object_of(i.vnic);
    const json::value* pairs = vnic.if_contains("ipv6AddressIpv6SubnetCidrPairDetails");
    if (!pairs || !pairs->is_array()) return false;
    return std::ranges::any_of(pairs->get_array(), [&](const json::value& pair) {
      return pair.is_object() &&
             workflow::parse_ipv6(text(pair.get_object(), "ipv6Address")) == address;
    });
  });
}

bool label_in_use(const Call& call, const std::string& subnet, const std::string& label) {
  return any_interface(call, subnet, [&](const Instance& i) {
    return lower_case(text(object_of(i.vnic), "hostnameLabel")) == lower_case(label);
  });
}

Answer handle_subnets(Call& call) {
  if (call.request.method != "GET") no_such_operation(call);
  if (call.path.size() == 3) {
    const auto subnet = find_subnet(call, call.path[2]);
    if (!subnet) not_found();
    return one(*subnet, call.path[2]);
  }
  if (call.path.size() != 2) no_such_operation(call);
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  json::array items;
  for (const auto& id : call.world.known_after("subnet/" + call.region.name + "/")) {
    auto subnet = describe_subnet(call, id);
    if (subnet["compartmentId"].as_string() == compartment) items.push_back(std::move(subnet));
  }
  return answer(200, items);
}

Answer handle_private_ips(Call& call) {
  if (call.request.method != "GET") no_such_operation(call);
  if (call.path.size() == 3) {
    const std::string& id = call.path[2];
    check_reference(call, id, "privateip");
    return one({{"id", id},
                {"compartmentId", call.world.tenancy_id()},
                {"ipAddress", "10.0.255.250"},
                {"isPrimary", false},
                {"subnetId", lies_beside(call, id)},
                {"vnicId", nullptr},
                {"timeCreated", "2024-01-01T00:00:00.000Z"}},
               id);
  }
  if (call.path.size() != 2) no_such_operation(call);
  const std::string subnet(call.required_parameter("subnetId"));
  if (!find_subnet(call, subnet)) not_found();
  const auto address = call.parameter("ipAddress");
  const Page page = page_of(call);
  json::array items;
  std::uint64_t next = 0;
  call.world.instances.scan(
      key_of("region", call.region.name), page.after, [&](std::uint64_t seq, Instance& i) {
        if (i.subnet != subnet || i.timeline.at(call.now()) == State::terminated ||
            (!address.empty() && i.private_ip != address))
          return true;
        if (items.size() == page.limit) {
          next = seq - 1;
          return false;
        }
        const std::string label = text(object_of(i.vnic), "hostnameLabel");
        items.push_back(
            {{"id", sibling_id(i, "privateip")},
             {"compartmentId", i.compartment},
             {"hostnameLabel", label.empty() ? json::value(nullptr) : json::value(label)},
             {"ipAddress", i.private_ip},
             {"isPrimary", true},
             {"subnetId", i.subnet},
             {"vnicId", sibling_id(i, "vnic")},
             {"timeCreated", format_millis(i.created)}});
        return true;
      });
  Answer a = answer(200, items);
  if (next > 0) a.headers.emplace_back("opc-next-page", std::to_string(next));
  return a;
}

Answer handle_groups(Call& call) {
  if (call.request.method != "GET" || call.path.size() != 3) no_such_operation(call);
  const auto group = find_group(call, call.path[2]);
  if (!group) not_found();
  return one(*group, call.path[2]);
}

}  // namespace migledger::adapters::sim
