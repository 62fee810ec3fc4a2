// Attaching the new volumes to an instance in the target region, in order.
#include <fmt/format.h>

#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

bool holds(std::string_view state) { return state == "ATTACHING" || state == "ATTACHED"; }

std::string_view compartment(const View& view) {
  const auto found = view.fact("attach_compartment");
  return found.empty() ? view.plan("target_compartment_id") : found;
}

Each attachments(const View& view) {
  return {view.plan("target_region"), "volumeAttachments",
          make_query({{"compartmentId", compartment(view)}, {"limit", "1000"}}), "attachment"};
}

}  // namespace

std::string target_instance(const View& view) {
  const auto moved = view.fact("target_instance_id");
  if (!moved.empty()) return std::string(moved);
  const auto attach = plan_json(view, "attach");
  return std::string(text(&attach, "instance_id"));
}

bool attaches(const View& view) { return moves_volumes(view) && !target_instance(view).empty(); }

std::optional<Request> ask_attachments(const View& view, Answers answers) {
  if (!answers.empty()) return std::nullopt;
  return core_get(view.plan("target_region"), "volumeAttachments",
                  make_query({{"compartmentId", compartment(view)},
                              {"instanceId", target_instance(view)},
                              {"limit", "1000"}}));
}

Sighting sight_attachment(const View& view, Answers answers) {
  const unsigned item = next_without(view, "attachment");
  if (item == 0) return nothing_left();
  const auto* items = items_of(answers[0]);
  if (!items) return Sighting::cannot_look(answers[0]);
  const std::string instance = target_instance(view);
  Sighting sighting = Sighting::of(Sighting::Kind::absent);
  for (const auto& attachment : *items) {
    const auto state = text(&attachment, "lifecycleState");
    if (text(&attachment, "instanceId") != instance || !holds(state)) continue;
    const auto id = text(&attachment, "id");
    const auto seen = [&](std::string why) {
      sighting.candidates.push_back({std::string(id), std::string(text(&attachment, "displayName")),
                                     std::string(state), std::move(why)});
    };
    if (text(&attachment, "volumeId") == get(view, item, "new")) {
      sighting = Sighting::of(Sighting::Kind::ours);
      set(sighting.facts, item, "attachment", id);
      seen("attaches our volume");
      return sighting;
    }
    // In order: the one before must hold first.
    if (item > 1 && id == get(view, item - 1, "attachment") && state == "ATTACHING") {
      sighting.kind = Sighting::Kind::under_way;
      seen("the volume before it");
    }
  }
  return sighting;
}

Request attach_volume(const View& view) {
  const unsigned item = next_without(view, "attachment");
  const View one = about(view, item);
  boost::json::object body{{"type", get(view, item, "type")},
                           {"instanceId", target_instance(view)},
                           {"volumeId", get(view, item, "new")},
                           {"displayName", one.key()}};
  if (const auto device = get(view, item, "device"); !device.empty()) body["device"] = device;
  if (get(view, item, "read_only") == "true") body["isReadOnly"] = true;
  if (get(view, item, "shareable") == "true") body["isShareable"] = true;
  Request request = core_get(view.plan("target_region"), "volumeAttachments");
  request.method = "POST";
  request.retry_token = one.key();
  request.body = boost::json::serialize(body);
  return request;
}

Receipt receive_attachment(const View& view, const Answer& answer) {
  return receipt_with_id(answer, fact_name(next_without(view, "attachment"), "attachment"),
                         "attach_work");
}

bool more_to_attach(const View& view, const ledger::Fields& facts) {
  return any_without(view, facts, "attachment");
}

std::optional<Request> ask_attached(const View& view, Answers answers) {
  return attachments(view).ask(view, answers);
}

Verdict read_attached(const View& view, Answers answers) {
  return judge_each(
      view, answers, attachments(view),
      [&](unsigned item, const auto* attachment, const Answer& answer) {
        if (!attachment) return not_shown(answer);
        const auto state = text(attachment, "lifecycleState");
        if (state == "ATTACHED") return Verdict::ok();
        if (holds(state)) return Verdict::pending(state);
        Verdict verdict = Verdict::dead(
            ErrorClass::RETRY, std::string(state),
            fmt::format("the attachment {} is {}", get(view, item, "attachment"), state));
        set(verdict.facts, item, "attachment", "");
        return verdict;
      });
}

}  // namespace migledger::workflow::volume
