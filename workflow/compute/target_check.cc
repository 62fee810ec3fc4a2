// The check of the target: whether the launch can work there, as far as it can be read.
#include <fmt/format.h>

#include "workflow/compute/steps.h"
#include "workflow/compute/target.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_places.h"
#include "workflow/steps/made.h"

namespace migledger::workflow::compute {

namespace {

namespace json = boost::json;

// What the plan can name that lies in one availability domain and that the launch must find there.
struct PlacementKind {
  std::string_view option;      // of "launch_options"
  std::string_view collection;  // of the API's paths
  std::string_view title;
};
constexpr PlacementKind kPlacements[] = {
    {"capacityReservationId", "computeCapacityReservations", "capacity reservation"},
    {"dedicatedVmHostId", "dedicatedVmHosts", "dedicated host"},
    {"computeClusterId", "computeClusters", "compute cluster"},
};

// What is read about the target; null: not read yet, or not needed.
struct Target {
  const Answer* subnet = nullptr;
  const Answer* domains = nullptr;
  const Answer* compartment = nullptr;
  std::vector<ShapesOf> shapes;
  const json::value* shape = nullptr;  // as listed
  const Answer* image_shapes = nullptr;
  const Answer* core_limit = nullptr;
  std::vector<std::pair<std::string, const Answer*>> groups;
  std::vector<std::pair<const PlacementKind*, const Answer*>> placements;
  const Answer* private_ip = nullptr;
  const Answer* private_ips = nullptr;
  const Answer* instances = nullptr;
  std::optional<Request> wanted;
};

// What the plan names besides; few plans name any.
void see_named(const View& view, Turn& turn, Target& target) {
  const auto region = view.plan("target_region");
  const auto options = plan_json(view, "launch_options");
  if (const auto* groups = member(&options, "nsgIds"); groups && groups->is_array())
    for (const auto& group : groups->get_array()) {
      if (!group.is_string()) continue;
      std::string id(std::string_view(group.get_string()));
      const auto* answer =
          turn.take(core_get(region, "networkSecurityGroups/" + percent_encode(id)));
      target.groups.emplace_back(std::move(id), answer);
    }
  for (const auto& kind : kPlacements)
    if (const auto id = text(&options, kind.option); !id.empty())
      target.placements.emplace_back(
          &kind,
          turn.take(core_get(region, fmt::format("{}/{}", kind.collection, percent_encode(id)))));
  if (const auto id = text(&options, "privateIpId"); !id.empty())
    target.private_ip = turn.take(core_get(region, "privateIps/" + percent_encode(id)));
  if (names_address(view))
    target.private_ips = turn.take(
        core_get(region, "privateIps",
                 make_query({{"subnetId", view.plan("target_subnet_id")}, {"limit", "1000"}})));
}

std::optional<Verdict> object_to_domains(const View& view, const Answer& list) {
  return workflow::object_to_domains(view, *items_of(list), domains_of(view),
                                     "correct \"target_ad\" or \"further_ads\"");
}

// What the launch would lack; it is no lack when our own instance has it: a ledger may have lost
// that it was launched.
std::optional<Verdict> lack_of(const View& view, const Target& target, Verdict& verdict) {
  if (target.core_limit)
    if (auto no = object_to_core_limit(view, *target.core_limit, *target.shape, verdict)) return no;
  const auto taken =
      target.private_ips ? taken_in_subnet(view, *target.private_ips) : std::string();
  if (taken.empty()) return std::nullopt;
  return Verdict::refused(
      fmt::format("{} is in use in the target subnet {}", taken, view.plan("target_subnet_id")),
      "configure another one in \"launch_options\", or leave it out");
}

Target see_target(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  const auto compartment = view.plan("target_compartment_id");
  Target target;
  Turn turn(answers);
  const auto read = [&] {
    target.subnet =
        turn.take(core_get(region, "subnets/" + percent_encode(view.plan("target_subnet_id"))));
    if (!target.subnet || !shown(*target.subnet)) return;
    target.domains = turn.take(ask_domains(view));
    if (!target.domains || !is_list(*target.domains) || object_to_domains(view, *target.domains))
      return;
    target.compartment = turn.take(ask_compartment(view));
    // Each place lists its own shapes.
    for (const auto& domain : domains_of(view)) {
      const auto* list = turn.take(core_get(region, "shapes",
                                            make_query({{"compartmentId", compartment},
                                                        {"availabilityDomain", domain},
                                                        {"limit", "1000"}})));
      if (!list || !is_list(*list)) {
        target.shapes.push_back({domain, list});
        return;
      }
      target.shapes.push_back({domain, list});
    }
    const auto shape = shape_to_launch(view);
    target.shape = listed_shape(target.shapes, shape);
    if (!target.shape) return;
    // The source runs on its own shape already.
    const auto image = view.fact("source_image");
    if (shape != view.fact("source_shape") && !image.empty())
      target.image_shapes = turn.take(core_get(view.plan("source_region"),
                                               "images/" + percent_encode(image) + "/shapes",
                                               make_query({{"limit", "1000"}})));
    if (auto request = ask_core_limit(view, *target.shape))
      target.core_limit = turn.take(std::move(*request));
    see_named(view, turn, target);
    Verdict ignored;
    if (!turn.wanted() && lack_of(view, target, ignored))
      target.instances = turn.take(list_instances(view));
  };
  read();
  target.wanted = turn.wanted();
  return target;
}

std::optional<Verdict> object_to_placement(const View& view, const PlacementKind& kind,
                                           const Answer& answer, Verdict& verdict) {
  const auto options = plan_json(view, "launch_options");
  const auto id = text(&options, kind.option);
  const std::string need = fmt::format("correct \"launch_options\".\"{}\"", kind.option);
  const auto* found = shown(answer);
  if (!found)
    return is_hidden_or_gone(answer)
               ? refused_as_absent(answer, kind.title, id, need + " or the policies")
               : Verdict::cannot_look(answer);
  const auto state = text(found, "lifecycleState");
  if (state == "CREATING") return Verdict::pending(state);
  if (state != "ACTIVE" && state != "UPDATING" && !state.empty())
    return Verdict::refused(fmt::format("{} {} is {}", kind.title, id, state), need);
  const auto domain = text(found, "availabilityDomain");
  if (domain.empty()) return std::nullopt;
  if (domain != view.plan("target_ad"))
    return Verdict::refused(
        fmt::format("{} {} lies in {}, not in {}", kind.title, id, domain, view.plan("target_ad")),
        need + " or \"target_ad\"");
  if (domains_of(view).size() > 1)
    verdict.findings.push_back(fmt::format("{} {} lies in {} only: \"further_ads\" are of no use",
                                           kind.title, id, domain));
  return std::nullopt;
}

std::optional<Verdict> object_to_named(const View& view, const Target& target, Verdict& verdict) {
  for (const auto& [id, answer] : target.groups)
    if (auto no = object_to_group(*shown(*target.subnet), id, *answer)) return no;
  for (const auto& [kind, answer] : target.placements)
    if (auto no = object_to_placement(view, *kind, *answer, verdict)) return no;
  if (target.private_ip)
    if (auto no = object_to_private_ip(view, *target.private_ip)) return no;
  if (target.private_ips && !is_list(*target.private_ips)) {
    if (!is_hidden_or_gone(*target.private_ips)) return Verdict::cannot_look(*target.private_ips);
    verdict.findings.push_back(
        fmt::format("which addresses of the target subnet are in use could "
                    "not be seen ({})",
                    error_words(*target.private_ips)));
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> domains_of(const View& view) {
  std::vector<std::string> domains{std::string(view.plan("target_ad"))};
  if (const auto further = plan_json(view, "further_ads"); further.is_array())
    for (const auto& domain : further.get_array())
      if (domain.is_string()) domains.emplace_back(std::string_view(domain.get_string()));
  return domains;
}

std::optional<Request> ask_target(const View& view, Answers answers) {
  return see_target(view, answers).wanted;
}

Verdict read_target(const View& view, Answers answers) {
  const auto subnet_id = view.plan("target_subnet_id");
  const Target target = see_target(view, answers);
  const auto* subnet = shown(*target.subnet);
  if (!subnet)
    return refused_as_absent(*target.subnet, "target subnet", subnet_id,
                             "check \"target_subnet_id\", \"target_region\" and the policies");
  const auto state = text(subnet, "lifecycleState");
  if (state == "PROVISIONING" || state == "UPDATING") return Verdict::pending(state);
  if (state != "AVAILABLE")
    return Verdict::refused(fmt::format("target subnet {} is {}", subnet_id, state),
                            "configure a subnet that is AVAILABLE");
  if (!target.domains || !is_list(*target.domains)) return Verdict::cannot_look(answers.back());
  if (auto no = object_to_domains(view, *target.domains)) return *no;
  Verdict verdict = Verdict::ok();
  if (auto no = object_to_subnet(view, *subnet, verdict)) return *no;
  if (!target.compartment) return Verdict::cannot_look(answers.back());
  if (auto no = object_to_compartment(view, *target.compartment, verdict)) return *no;
  for (const auto& list : target.shapes)
    if (!list.answer || !is_list(*list.answer)) return Verdict::cannot_look(answers.back());
  if (auto no = object_to_shape(view, target.shapes, verdict)) return *no;
  note_image_shapes(view, target.image_shapes, verdict);
  if (auto no = object_to_named(view, target, verdict)) return *no;
  if (auto no = lack_of(view, target, verdict)) {
    if (!is_list(*target.instances)) return Verdict::cannot_look(*target.instances);
    if (!is_made_already(view, "launch-instance", *target.instances, instance_sift(view, {}).alive))
      return *no;
  }
  return verdict;
}

}  // namespace migledger::workflow::compute
