// The new instance.
#include <fmt/format.h>

#include <algorithm>

#include "workflow/cloud/launch_options.h"
#include "workflow/compute/steps.h"
#include "workflow/compute/target.h"

namespace migledger::workflow::compute {

namespace {

bool instance_alive(std::string_view state) {
  return state != "TERMINATED" && state != "TERMINATING";
}

// Where the instance may be launched, in the order to be tried: every configured fault domain of
// the target's availability domain (or any), then the further availability domains.
struct Placement {
  std::string availability_domain;
  std::string fault_domain;  // empty: the cloud chooses
};

// The availability domains that have the shape, as the check found them; all, if it has not looked.
bool has_shape(const View& view, std::string_view domain) {
  const auto offered = parse_json(view.fact("shape_offered_in")).value_or(nullptr);
  if (!offered.is_array()) return true;
  const auto& domains = offered.get_array();
  return std::find(domains.begin(), domains.end(), boost::json::value(domain)) != domains.end();
}

std::vector<Placement> placements(const View& view) {
  std::vector<Placement> all;
  const auto domains = domains_of(view);
  const auto fault_domains = plan_json(view, "fault_domains");
  for (const auto& domain : domains) {
    if (!has_shape(view, domain)) continue;
    const bool is_target = domain == domains.front();
    if (is_target && fault_domains.is_array())
      for (const auto& fault_domain : fault_domains.get_array())
        if (fault_domain.is_string()) all.push_back({domain, fault_domain.get_string().c_str()});
    if (!is_target || all.empty()) all.push_back({domain, ""});
  }
  if (all.empty()) all.push_back({domains.front(), ""});
  return all;
}

// Each lack of capacity leads to the next one, and after the last to the first.
Placement placement(const View& view) {
  const auto all = placements(view);
  return all[view.state.capacity_failures % all.size()];
}

ListIndex::Item launched(const View& view, const Answer& answer) {
  return item_of(answer, view.fact("target_instance_id"));
}

}  // namespace

Request list_instances(const View& view) {
  return core_get(
      view.plan("target_region"), "instances",
      make_query({{"compartmentId", view.plan("target_compartment_id")}, {"limit", "1000"}}));
}

Sift instance_sift(const View& view, const std::string& name) {
  return {name, view.plan("target_compartment_id"), instance_alive, "target_instance_id",
          "launch_work"};
}

std::optional<Request> ask_instances(const View& view, Answers answers) {
  const auto claim = view.plan("claimed_target_instance_id");
  if (!claim.empty()) {
    const std::string name = instance_name(view);
    if (answers.empty())
      return core_get(view.plan("target_region"), "instances/" + percent_encode(claim));
    if (claimed(answers[0], claim, instance_sift(view, name))) return std::nullopt;
    answers = answers.subspan(1);
  }
  if (answers.empty()) return list_instances(view);
  return std::nullopt;
}

Sighting sight_instance(const View& view, Answers answers) {
  const std::string name = instance_name(view);
  const auto claim = view.plan("claimed_target_instance_id");
  if (!claim.empty())
    if (const auto sighting = claimed(answers[0], claim, instance_sift(view, name)))
      return *sighting;
  return sift(view, answers.back(), instance_sift(view, name));
}

Request ask_named_instance(const View& view, std::string_view id) {
  return core_get(view.plan("target_region"), "instances/" + percent_encode(id));
}

Sighting sight_named_instance(const View& view, const Answer& answer, std::string_view id) {
  return sight_named(view, answer, id, instance_sift(view, {}));
}

Request tag_search_instance(const View& view) {
  return search_by_tag(view, view.plan("target_region"), "instance");
}

Sighting sight_tagged_instance(const View& view, const Answer& answer) {
  return sift(view, answer, {{}, {}, instance_alive, "target_instance_id", "launch_work"});
}

unsigned further_placements(const View& view) {
  return static_cast<unsigned>(placements(view).size() - 1);
}

namespace {

bool shape_is_flexible(const View& view) {
  const auto known = view.fact("shape_is_flexible");
  return known.empty() ? view.fact("target_shape").ends_with(".Flex") : known == "true";
}

// Sets the options in their places of the body.
void set_options(const boost::json::value& options, boost::json::object& instance,
                 boost::json::object& vnic, boost::json::object& source) {
  if (!options.is_object()) return;
  for (const auto& option : options.get_object()) {
    const auto place = place_of_launch_option(option.key()).value_or(LaunchOptionPlace::instance);
    auto& part = place == LaunchOptionPlace::vnic     ? vnic
                 : place == LaunchOptionPlace::source ? source
                                                      : instance;
    part[option.key()] = option.value();
  }
}

// The tags of all that is made, and under them those of the instance alone.
void set_defined_tags(const View& view, boost::json::object& instance, boost::json::object& vnic) {
  const auto* own = instance.if_contains("definedTags");
  const boost::json::value of_instance = own ? *own : boost::json::value();
  add_defined_tags(instance, view);
  add_defined_tags(vnic, view);
  if (!of_instance.is_object() || view.plan("defined_tags").empty()) return;
  auto& tags = instance["definedTags"].as_object();
  for (const auto& space : of_instance.get_object()) {
    if (!space.value().is_object()) continue;
    auto& merged = tags[space.key()];
    if (!merged.is_object()) merged.emplace_object();
    for (const auto& tag : space.value().get_object()) merged.get_object()[tag.key()] = tag.value();
  }
}

}  // namespace

Request launch_instance(const View& view) {
  const Placement place = placement(view);
  boost::json::object vnic{{"subnetId", view.plan("target_subnet_id")}};
  boost::json::object source{{"sourceType", "image"}, {"imageId", view.fact("target_image_id")}};
  boost::json::object body{{"availabilityDomain", place.availability_domain},
                           {"compartmentId", view.plan("target_compartment_id")},
                           {"displayName", instance_name(view)},
                           {"freeformTags", our_tags(view)},
                           {"shape", view.fact("target_shape")}};
  if (!place.fault_domain.empty()) body["faultDomain"] = place.fault_domain;
  if (shape_is_flexible(view))
    if (auto config = config_to_launch(view); config.is_object())
      body["shapeConfig"] = std::move(config);
  boost::json::object metadata;
  if (const auto configured = plan_json(view, "metadata"); configured.is_object())
    metadata = configured.get_object();
  if (!view.plan("ssh_authorized_keys").empty())
    metadata["ssh_authorized_keys"] = view.plan("ssh_authorized_keys");
  if (!metadata.empty()) body["metadata"] = std::move(metadata);
  // What the plan says goes before what the source has.
  set_options(parse_json(view.fact("carried")).value_or(nullptr), body, vnic, source);
  set_options(plan_json(view, "launch_options"), body, vnic, source);
  set_defined_tags(view, body, vnic);
  body["createVnicDetails"] = std::move(vnic);
  body["sourceDetails"] = std::move(source);
  Request request = core_get(view.plan("target_region"), "instances");
  request.method = "POST";
  request.retry_token = view.key();
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_instance(const View&, const Answer& answer) {
  return receipt_with_id(answer, "target_instance_id", "launch_work");
}

namespace {

// The answer that tells of the new instance. Lists are late; and what is gone for good, or was
// moved to another compartment, is in none of them: then the instance itself is read.
struct Running {
  const Answer* answer = nullptr;
  std::optional<Request> wanted;
};

Running see_running(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  const auto id = view.fact("target_instance_id");
  Running seen;
  Turn turn(answers);
  seen.answer =
      turn.take(one_or_list(view, region, "instances", id, view.plan("target_compartment_id")));
  if (seen.answer && is_list(*seen.answer) && !launched(view, *seen.answer) && !view.skims())
    if (const auto* itself = turn.take(core_get(region, "instances/" + percent_encode(id))))
      seen.answer = itself;
  seen.wanted = turn.wanted();
  return seen;
}

}  // namespace

std::optional<Request> ask_running(const View& view, Answers answers) {
  return see_running(view, answers).wanted;
}

Verdict read_running(const View& view, Answers answers) {
  const auto id = view.fact("target_instance_id");
  const Answer& answer = *see_running(view, answers).answer;
  const auto instance = launched(view, answer);
  if (!instance && view.skims() && is_list(answer)) return Verdict::pending_as_before(view);
  if (!instance) return Verdict::cannot_look(answer);
  const auto state = text(instance.get(), "lifecycleState");
  if (state == "RUNNING") return Verdict::ok();
  if (instance_alive(state) && state != "STOPPED") return Verdict::pending(state);
  if (state == "STOPPED")
    return Verdict::refused(fmt::format("the new instance {} is STOPPED", id),
                            "start it, or find out who stopped it; then run again");
  Verdict verdict = Verdict::dead(ErrorClass::RETRY, std::string(state),
                                  fmt::format("the new instance {} is {}", id, state));
  verdict.facts.set("dead_ids", dead_with(view, id));
  return verdict;
}

std::vector<Request> launch_postmortem(const View& view) {
  return work_postmortem(view.plan("target_region"), Service::core, view.fact("launch_work"));
}

namespace {

struct Launched {
  const Answer* answer = nullptr;
  const Answer* interfaces = nullptr;
  std::optional<Request> wanted;
};

Launched see_launched(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  const auto id = view.fact("target_instance_id");
  Launched seen;
  Turn turn(answers);
  seen.answer = turn.take_item(view, list_instances(view),
                               core_get(region, "instances/" + percent_encode(id)), id);
  if (seen.answer)
    seen.interfaces = turn.take(core_get(
        region, "vnicAttachments",
        make_query({{"compartmentId", view.plan("target_compartment_id")},
                    {"instanceId", view.in_bulk ? std::string_view() : id},
                    {"limit", view.in_bulk ? std::string_view("1000") : std::string_view()}})));
  seen.wanted = turn.wanted();
  return seen;
}

}  // namespace

std::optional<Request> ask_final(const View& view, Answers answers) {
  return see_launched(view, answers).wanted;
}

Verdict read_final(const View& view, Answers answers) {
  const Launched seen = see_launched(view, answers);
  const auto instance = launched(view, *seen.answer);
  if (!instance) return Verdict::cannot_look(*seen.answer);
  const auto id = view.fact("target_instance_id");
  const auto state = text(instance.get(), "lifecycleState");
  if (state != "RUNNING")
    return Verdict::refused(fmt::format("the new instance {} is {}, not RUNNING", id, state),
                            "find out why; then run again");
  auto image = text(member(instance.get(), "sourceDetails"), "imageId");
  if (image.empty()) image = text(instance.get(), "imageId");
  if (image != view.fact("target_image_id"))
    return Verdict::refused(fmt::format("the new instance {} was made from image {}, not from {}",
                                        id, image, view.fact("target_image_id")),
                            "find out who made it");
  if (!seen.interfaces || !is_list(*seen.interfaces)) return Verdict::cannot_look(answers.back());
  const auto attachments = attached_to(view, *seen.interfaces, id);
  for (const auto& attachment : attachments) {
    if (text(&attachment, "subnetId") != view.plan("target_subnet_id")) continue;
    Verdict verdict = Verdict::ok();
    verdict.facts.set("target_vnic_id", text(&attachment, "vnicId"));
    return verdict;
  }
  // Those of another compartment are in no list that is read here.
  const auto compartment = text(instance.get(), "compartmentId");
  if (attachments.empty() && !compartment.empty() &&
      compartment != view.plan("target_compartment_id"))
    return Verdict::refused(fmt::format("the new instance {} is in compartment {}, not in {}", id,
                                        compartment, view.plan("target_compartment_id")),
                            "move it back, or find out who moved it; then run again");
  // A RUNNING instance has an interface: the list is late.
  if (attachments.empty()) return Verdict::pending("its network interface is not listed yet");
  return Verdict::refused(fmt::format("the new instance {} has no interface in subnet {}", id,
                                      view.plan("target_subnet_id")),
                          "attach one, or find out who changed it; then run again");
}

}  // namespace migledger::workflow::compute
