// Identity and limits: what a migration asks before it begins.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "adapters/catalog/shapes.h"
#include "adapters/sim/services/handlers.h"
#include "adapters/sim/volumes/volumes.h"
#include "adapters/sim/world/regions.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::int64_t kDefaultLimit = 100000;

std::string derived_id(const Call& call, std::string_view kind, std::string_view name) {
  return fmt::format("ocid1.{}.oc1..aaaaaaaa{:016x}", kind, hash_of(name, call.world.dice.seed()));
}

Answer list_domains(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  json::array items;
  for (const std::string& name : call.region.domains)
    items.push_back({{"name", name},
                     {"id", derived_id(call, "availabilitydomain", name)},
                     {"compartmentId", compartment}});
  return answer(200, items);
}

Answer list_fault_domains(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const std::string& domain = call.required_parameter("availabilityDomain");
  const auto& domains = call.region.domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end()) not_found();
  json::array items;
  for (const std::string& name : fault_domains())
    items.push_back({{"name", name},
                     {"id", derived_id(call, "faultdomain", domain + name)},
                     {"availabilityDomain", domain},
                     {"compartmentId", compartment}});
  return answer(200, items);
}

// The policies that copying needs: whoever has this tenancy has set it up.
Answer list_policies(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  json::array statements;
  for (const World::Region& r : call.world.regions()) {
    if (call.options.faults.no_service_policy) break;
    statements.push_back(json::string(
        fmt::format("Allow service objectstorage-{} to manage object-family in tenancy", r.name)));
  }
  return answer(
      200, json::array{json::object{{"id", derived_id(call, "policy", "object-copy")},
                                    {"compartmentId", compartment},
                                    {"name", "object-copy"},
                                    {"description", "lets Object Storage copy between regions"},
                                    {"statements", std::move(statements)},
                                    {"lifecycleState", "ACTIVE"},
                                    {"timeCreated", "2026-01-01T00:00:00.000Z"}}});
}

Answer list_subscriptions(Call& call, const std::string& tenancy) {
  if (tenancy != call.world.tenancy_id()) not_found();
  json::array items;
  for (const World::Region& r : call.world.regions())
    items.push_back({{"regionKey", region_key(r.name)},
                     {"regionName", r.name},
                     {"status", "READY"},
                     {"isHomeRegion", items.empty()}});
  return answer(200, items);
}

Answer show_compartment(Call& call, const std::string& id) {
  check_compartment(call, id);
  const bool root = id == call.world.tenancy_id();
  json::object o;
  o["id"] = id;
  o["compartmentId"] = root ? json::value(nullptr) : json::value(call.world.tenancy_id());
  o["name"] = root ? "simulated" : "compartment-" + id.substr(id.size() - std::min(id.size(), 6ul));
  o["description"] = "Of the simulated tenancy";
  o["lifecycleState"] = "ACTIVE";
  o["freeformTags"] = json::object();
  o["definedTags"] = json::object();
  o["timeCreated"] = "2024-01-01T00:00:00.000Z";
  Answer a = answer(200, o);
  a.headers.emplace_back("etag", etag_of(id, 1));
  return a;
}

struct Limit {
  std::string_view service;
  std::string_view name;
  bool of_domain;
};
constexpr Limit kLimits[] = {{"compute", "custom-image-count", false},
                             {"block-storage", "volume-count", true},
                             {"block-storage", "total-storage-gb", true},
                             {"block-storage", "backup-count", false}};

// Those, and those on the OCPUs of shapes.
std::vector<Limit> all_limits() {
  std::vector<Limit> limits(std::begin(kLimits), std::end(kLimits));
  for (const Shape& shape : all_shapes())
    if (std::ranges::find(limits, shape.limit, &Limit::name) == limits.end())
      limits.push_back({"compute", shape.limit, true});
  return limits;
}

std::int64_t value_of(const Call& call, std::string_view limit) {
  for (const auto& [name, value] : call.options.faults.limits)
    if (name == limit) return value;
  return kDefaultLimit;
}

// Of what the tenancy counts.
std::int64_t used_of(const Call& call, std::string_view limit, std::string_view domain) {
  if (limit == "custom-image-count") return custom_images(call);
  if (limit == "volume-count") return volume_usage(call).count;
  if (limit == "total-storage-gb") return volume_usage(call).gigabytes;
  if (limit == "backup-count") return backups_in(call, call.region.name);
  return static_cast<std::int64_t>(std::ceil(cores_in_use(call, limit, domain)));
}

Answer list_limits(Call& call) {
  check_compartment(call, call.required_parameter("compartmentId"));
  const std::string& service = call.required_parameter("serviceName");
  const auto wanted = call.parameter("name");
  json::array items;
  for (const Limit& limit : all_limits()) {
    if (limit.service != service || (!wanted.empty() && wanted != limit.name)) continue;
    if (!limit.of_domain) {
      items.push_back({{"name", limit.name},
                       {"scopeType", "REGION"},
                       {"availabilityDomain", nullptr},
                       {"value", value_of(call, limit.name)}});
      continue;
    }
    for (const std::string& domain : call.region.domains)
      items.push_back({{"name", limit.name},
                       {"scopeType", "AD"},
                       {"availabilityDomain", domain},
                       {"value", value_of(call, limit.name)}});
  }
  return answer(200, items);
}

Answer show_availability(Call& call, const std::string& service, const std::string& name) {
  check_compartment(call, call.required_parameter("compartmentId"));
  const auto limits = all_limits();
  const auto limit = std::ranges::find_if(
      limits, [&](const Limit& l) { return l.service == service && l.name == name; });
  if (limit == limits.end()) not_found();
  if (limit->of_domain) call.required_parameter("availabilityDomain");
  const std::int64_t used = used_of(call, name, call.parameter("availabilityDomain"));
  const std::int64_t value = value_of(call, name);
  const std::int64_t available = std::max<std::int64_t>(0, value - used);
  return answer(200, {{"used", used},
                      {"available", available},
                      {"fractionalUsage", double(used)},
                      {"fractionalAvailability", double(available)},
                      {"effectiveQuotaValue", nullptr}});
}

}  // namespace

Answer handle_identity(Call& call) {
  if (call.request.method != "GET" || call.path.size() < 2) no_such_operation(call);
  const std::string& what = call.path[1];
  if (call.path.size() == 2) {
    if (what == "availabilityDomains") return list_domains(call);
    if (what == "faultDomains") return list_fault_domains(call);
    if (what == "policies") return list_policies(call);
  } else if (call.path.size() == 3 && what == "compartments") {
    return show_compartment(call, call.path[2]);
  } else if (call.path.size() == 4 && what == "tenancies" &&
             call.path[3] == "regionSubscriptions") {
    return list_subscriptions(call, call.path[2]);
  }
  no_such_operation(call);
}

Answer handle_limits(Call& call) {
  if (call.request.method == "GET" && call.path.size() == 2 && call.path[1] == "limitValues")
    return list_limits(call);
  if (call.request.method == "GET" && call.path.size() == 6 && call.path[1] == "services" &&
      call.path[3] == "limits" && call.path[5] == "resourceAvailability")
    return show_availability(call, call.path[2], call.path[4]);
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
