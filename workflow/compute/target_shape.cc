#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "workflow/compute/target.h"
#include "workflow/steps/check_answers.h"

namespace migledger::workflow::compute {

namespace {

namespace json = boost::json;

const json::value* in_list(const Answer* answer, std::string_view key, std::string_view wanted) {
  const auto* items = answer ? items_of(*answer) : nullptr;
  if (!items) return nullptr;
  const auto found = std::ranges::find_if(
      *items, [&](const json::value& item) { return text(&item, key) == wanted; });
  return found == items->end() ? nullptr : &*found;
}

// Of the source's processor, as its instance shows it, or as the target region lists its shape.
Architecture architecture_of_source(const View& view, const std::vector<ShapesOf>& lists) {
  const auto known = architecture_of(view.fact("source_processor"));
  if (known != Architecture::unknown) return known;
  const auto* shape = listed_shape(lists, view.fact("source_shape"));
  return architecture_of(text(shape, "processorDescription"));
}

std::optional<Verdict> object_to_places(const View& view, const std::vector<ShapesOf>& lists,
                                        Verdict& verdict) {
  const auto shape = shape_to_launch(view);
  json::array offered;
  std::vector<std::string> others;
  for (const auto& list : lists) {
    if (in_list(list.answer, "shape", shape))
      offered.emplace_back(list.domain);
    else
      others.push_back(list.domain);
  }
  if (offered.empty())
    return Verdict::refused(
        fmt::format("shape {} is not offered in {}", shape, fmt::join(others, ", ")),
        "configure another \"target_instance_shape\" or \"target_ad\"");
  // An earlier check may have found something else.
  const std::string offered_in = others.empty() ? std::string() : json::serialize(offered);
  if (offered_in != view.fact("shape_offered_in"))
    verdict.facts.set("shape_offered_in", offered_in);
  if (others.empty()) return std::nullopt;
  verdict.findings.push_back(
      fmt::format("shape {} is not offered in {}, which the launch leaves out", shape,
                  fmt::join(others, ", ")));
  return std::nullopt;
}

std::optional<Verdict> object_to_config(const View& view, const ShapeLimits& shape) {
  const bool is_configured = !view.plan("shape_config").empty();
  const json::value config = shape.flexible || is_configured ? config_to_launch(view) : nullptr;
  if (shape.flexible && !config.is_object())
    return Verdict::refused(
        fmt::format("shape {} is flexible, and the source has no shape configuration to take over",
                    shape.name),
        "configure \"shape_config\", for example {\"ocpus\": 2, \"memoryInGBs\": 16}");
  const auto problem = problem_with(shape, request_of(config));
  if (!problem) return std::nullopt;
  const std::string_view dot = problem->member.empty() ? "" : ".";
  if (is_configured)
    return Verdict::refused(
        fmt::format("\"shape_config\"{}{}: {}", dot, problem->member, problem->message),
        "correct \"shape_config\"");
  return Verdict::refused(fmt::format("the source's shape configuration does not fit: {} {}",
                                      problem->member, problem->message),
                          "configure \"shape_config\"");
}

std::optional<Verdict> object_to_platform(const View& view, const json::value& shape) {
  const auto options = plan_json(view, "launch_options");
  const auto wanted = text(member(&options, "platformConfig"), "type");
  const auto offered = text(member(&shape, "platformConfigOptions"), "type");
  if (wanted.empty() || offered.empty() || wanted == offered) return std::nullopt;
  return Verdict::refused(
      fmt::format("shape {} has the platform {}, not {}", text(&shape, "shape"), offered, wanted),
      "correct \"launch_options\".\"platformConfig\"");
}

}  // namespace

const json::value* listed_shape(const std::vector<ShapesOf>& lists, std::string_view shape) {
  for (const auto& list : lists)
    if (const auto* found = in_list(list.answer, "shape", shape)) return found;
  return nullptr;
}

std::optional<Verdict> object_to_shape(const View& view, const std::vector<ShapesOf>& lists,
                                       Verdict& verdict) {
  if (auto no = object_to_places(view, lists, verdict)) return no;
  const auto name = shape_to_launch(view);
  const auto& listed = *listed_shape(lists, name);
  const ShapeLimits shape = limits_of(listed);
  const auto source = architecture_of_source(view, lists);
  const auto target = architecture_of(text(&listed, "processorDescription"));
  if (source != Architecture::unknown && target != Architecture::unknown && source != target)
    return Verdict::refused(
        fmt::format("shape {} has {} processors, and the image of the source, {}, is for {}", name,
                    name_of(target), view.fact("source_shape"), name_of(source)),
        fmt::format("configure a \"target_instance_shape\" with {} processors", name_of(source)));
  if (auto no = object_to_config(view, shape)) return no;
  if (auto no = object_to_platform(view, listed)) return no;
  verdict.facts.set("target_shape", name);
  verdict.facts.set("shape_is_flexible", shape.flexible ? "true" : "false");
  return std::nullopt;
}

void note_image_shapes(const View& view, const Answer* list, Verdict& verdict) {
  // An image without entries takes what OCI knows of its platform.
  const auto* items = list ? items_of(*list) : nullptr;
  const auto shape = shape_to_launch(view);
  if (!items || items->empty() || in_list(list, "shape", shape)) return;
  verdict.findings.push_back(
      fmt::format("shape {} is not among the shapes of the source's image; if the launch is "
                  "refused for it, add the shape to those of the imported image",
                  shape));
}

// ---- limits -------------------------------------------------------------------------------------

std::optional<Request> ask_core_limit(const View& view, const json::value& shape) {
  // These launches take what was set aside before, or what nobody else takes.
  const auto options = plan_json(view, "launch_options");
  for (const auto key : {"capacityReservationId", "dedicatedVmHostId", "preemptibleInstanceConfig"})
    if (member(&options, key)) return std::nullopt;
  const auto* names = member(&shape, "quotaNames");
  if (!names || !names->is_array()) return std::nullopt;
  for (const auto& name : names->get_array()) {
    if (!name.is_string() ||
        std::string_view(name.get_string()).find("-core-") == std::string::npos)
      continue;
    Request request;
    request.region = view.plan("target_region");
    request.service = Service::limits;
    request.path = fmt::format("/20190729/services/compute/limits/{}/resourceAvailability",
                               percent_encode(std::string_view(name.get_string())));
    request.query = make_query({{"compartmentId", view.plan("target_compartment_id")},
                                {"availabilityDomain", view.plan("target_ad")}});
    return request;
  }
  return std::nullopt;
}

std::optional<Verdict> object_to_core_limit(const View& view, const Answer& answer,
                                            const json::value& shape, Verdict& verdict) {
  const auto limits = limits_of(shape);
  const auto config = config_to_launch(view);
  const auto needed = ocpus_of(limits, request_of(config));
  const auto available = number(shown(answer), "available");
  // Not every tenancy has the limit, nor may every user see it.
  if (!needed || !available || *available >= *needed) return std::nullopt;
  const std::string message = fmt::format("{} OCPUs of {} may still be used in {}, {} are needed",
                                          *available, limits.name, view.plan("target_ad"), *needed);
  if (domains_of(view).size() > 1) {
    verdict.findings.push_back(message);
    return std::nullopt;
  }
  return Verdict::refused(message,
                          "have the limit of the shape raised, or configure another "
                          "\"target_instance_shape\" or \"target_ad\"; then run again");
}

}  // namespace migledger::workflow::compute
