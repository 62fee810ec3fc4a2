// Shapes, and whether there is a host for them.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/shapes.h"
#include "adapters/sim/services/handlers.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

json::object show_shape(const Shape& shape) {
  json::object o;
  o["shape"] = shape.name;
  o["isFlexible"] = shape.flexible();
  o["isSubcore"] = shape.burstable;
  o["ocpus"] = shape.ocpus;
  o["memoryInGBs"] = shape.memory;
  o["processorDescription"] = shape.processor;
  o["gpus"] = shape.has_gpus ? 1 : 0;
  o["localDisks"] = shape.has_disks ? 1 : 0;
  o["billingType"] = "PAID";
  o["quotaNames"] = {shape.limit};
  if (shape.burstable)
    o["baselineOcpuUtilizations"] = {"BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"};
  o["platformConfigOptions"] =
      shape.platform.empty() ? json::value(nullptr) : json::value({{"type", shape.platform}});
  if (shape.flexible()) {
    o["ocpuOptions"] = {{"min", shape.fewest_ocpus}, {"max", shape.most_ocpus}};
    o["memoryOptions"] = {{"minInGBs", kLeastMemoryPerOcpu},
                          {"maxInGBs", shape.most_memory},
                          {"defaultPerOcpuInGBs", shape.memory},
                          {"minPerOcpuInGBs", kLeastMemoryPerOcpu},
                          {"maxPerOcpuInGBs", kMostMemoryPerOcpu}};
  }
  return o;
}

Answer list_shapes(Call& call) {
  check_compartment(call, call.required_parameter("compartmentId"));
  const auto domain = call.parameter("availabilityDomain");
  const auto& domains = call.region.domains;
  if (!domain.empty() && std::find(domains.begin(), domains.end(), domain) == domains.end())
    not_found();
  json::array items;
  for (const Shape& shape : all_shapes())
    if (is_offered(call, shape.name, domain, false)) items.push_back(show_shape(shape));
  return answer(200, items);
}

Answer report_capacity(Call& call) {
  const json::object body = body_of(call, {{"availabilityDomain", Type::text, true, {}},
                                           {"compartmentId", Type::text, true, {}},
                                           {"shapeAvailabilities", Type::list, true, {}}});
  check_compartment(call, text(body, "compartmentId"));
  const std::string domain = text(body, "availabilityDomain");
  const auto& domains = call.region.domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end()) not_found();
  json::array found;
  for (const json::value& asked : body.at("shapeAvailabilities").as_array()) {
    if (!asked.is_object()) invalid("shapeAvailabilities must be a list of objects");
    check_fields(asked.get_object(), "shapeAvailabilities.",
                 {{"instanceShape", Type::text, true, {}},
                  {"faultDomain"},
                  {"instanceShapeConfig", Type::object}});
    json::object one = asked.get_object();
    const std::string shape = text(one, "instanceShape");
    const bool refused = capacity_rule(call, domain, text(one, "faultDomain")) != nullptr;
    const bool offered = is_offered(call, shape, domain, true);
    one["availabilityStatus"] = !offered  ? "HARDWARE_NOT_SUPPORTED"
                                : refused ? "OUT_OF_HOST_CAPACITY"
                                          : "AVAILABLE";
    one["availableCount"] = refused || !offered ? 0 : 100;
    found.push_back(std::move(one));
  }
  json::object o;
  o["availabilityDomain"] = domain;
  o["compartmentId"] = text(body, "compartmentId");
  o["shapeAvailabilities"] = std::move(found);
  o["timeCreated"] = format_millis(call.now());
  return answer(200, o);
}

}  // namespace

bool is_offered(const Call& call, std::string_view shape, std::string_view domain, bool to_launch) {
  if (!find_shape(shape)) return false;
  for (const ShapeRule& rule : call.options.faults.no_shape)
    if (rule.shape == shape && (to_launch || !rule.hidden) &&
        (rule.availability_domain.empty() || rule.availability_domain == domain))
      return false;
  return true;
}

std::string capacity_counter(const CapacityRule& rule) {
  return fmt::format("capacity/{}/{}", rule.availability_domain, rule.fault_domain);
}

const CapacityRule* capacity_rule(const Call& call, std::string_view availability_domain,
                                  std::string_view fault_domain) {
  for (const CapacityRule& rule : call.options.faults.out_of_capacity) {
    const bool here =
        rule.availability_domain.empty() || rule.availability_domain == availability_domain;
    const bool in_fault_domain = rule.fault_domain.empty() || rule.fault_domain == fault_domain;
    if (here && in_fault_domain &&
        (rule.refusals == 0 || call.world.count(capacity_counter(rule)) < rule.refusals))
      return &rule;
  }
  return nullptr;
}

Answer handle_capacity(Call& call) {
  if (call.path.size() == 2) {
    if (call.path[1] == "shapes" && call.request.method == "GET") return list_shapes(call);
    if (call.path[1] == "computeCapacityReports" && call.request.method == "POST")
      return report_capacity(call);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
