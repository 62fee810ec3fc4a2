// Shapes, and whether there is a host for them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "adapters/sim/handlers.h"
#include "adapters/sim/regions.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 14> kShapes = {
    "VM.Standard.E3.Flex",    "VM.Standard.E4.Flex", "VM.Standard.E5.Flex", "VM.Standard.E6.Flex",
    "VM.Standard.A1.Flex",    "VM.Standard.A2.Flex", "VM.Standard3.Flex",   "VM.Optimized3.Flex",
    "VM.Standard.E2.1.Micro", "VM.Standard2.1",      "VM.Standard2.2",      "VM.Standard2.4",
    "VM.Standard.E2.1",       "VM.Standard.E2.2"};

json::object show_shape(std::string_view name) {
  json::object o;
  o["shape"] = name;
  o["isFlexible"] = is_flexible(name);
  o["ocpus"] = 1;
  o["memoryInGBs"] = is_flexible(name) ? 16 : 15;
  o["billingType"] = "PAID";
  if (is_flexible(name)) {
    o["ocpuOptions"] = {{"min", 1}, {"max", 114}};
    o["memoryOptions"] = {{"minInGBs", 1},
                          {"maxInGBs", 1760},
                          {"defaultPerOcpuInGBs", 16},
                          {"minPerOcpuInGBs", 1},
                          {"maxPerOcpuInGBs", 64}};
  }
  return o;
}

Answer list_shapes(Call& call) {
  check_compartment(call, call.required_parameter("compartmentId"));
  json::array items;
  for (const std::string_view name : kShapes) items.push_back(show_shape(name));
  for (const std::string& name : call.world.known_after("shape/" + call.region.name + "/"))
    items.push_back(show_shape(name));
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
    one["availabilityStatus"] = !is_shape(call, shape) ? "HARDWARE_NOT_SUPPORTED"
                                : refused              ? "OUT_OF_HOST_CAPACITY"
                                                       : "AVAILABLE";
    one["availableCount"] = refused || !is_shape(call, shape) ? 0 : 100;
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

bool is_flexible(std::string_view shape) { return shape.ends_with(".Flex"); }

bool is_shape(const Call& call, std::string_view shape) {
  return std::find(kShapes.begin(), kShapes.end(), shape) != kShapes.end() ||
         call.world.knows(fmt::format("shape/{}/{}", call.region.name, shape));
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
