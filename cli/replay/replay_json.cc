#include "cli/replay/replay_json.h"

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "workflow/cloud/error_class.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using namespace ledger::schema;

json::value time_json(Time time) {
  if (time == Time{}) return nullptr;
  return json::value(format_utc(time));
}

json::array steps_json(const Replayed& replayed) {
  json::array steps;
  for (ledger::StepIndex step = 0; step < replayed.state.step_count(); ++step) {
    const StepDone& done = replayed.done[step];
    json::object object{{"name", json_text(replayed.state.step_name(step))},
                        {"done", done.position != 0}};
    if (done.position != 0) {
      object["position"] = done.position;
      object["time"] = format_utc(done.time);
    }
    steps.push_back(std::move(object));
  }
  return steps;
}

json::value attempt_json(const Replayed& replayed) {
  const auto& attempt = replayed.state.attempt;
  if (attempt.step == ledger::kNoStep) return nullptr;
  json::object object{{"step", json_text(replayed.state.step_name(attempt.step))},
                      {"generation", attempt.generation},
                      {"phase", name_of(attempt.phase)},
                      {"in_flight", attempt.phase == ledger::Phase::open},
                      {"error", workflow::name_of(attempt.error)},
                      {"doubt", attempt.doubt},
                      {"sends", attempt.sends},
                      {"failures", attempt.failures},
                      {"deaths", attempt.deaths},
                      {"latest", attempt.latest},
                      {"first_sent", time_json(attempt.first_sent)},
                      {"last_sent", time_json(attempt.last_sent)},
                      {"ended", time_json(attempt.ended)}};
  if (attempt.sends > 0) {
    const Sending& sending = replayed.sending;
    object["intent"] = sending.position;
    object["key"] = json_text(sending.key);
    object["request"] = json_text(sending.request);
    object["request_id"] = json_text(sending.request_id);
    object["transport"] = json_text(sending.transport);
    object["row"] = json_text(sending.row);
  }
  return object;
}

json::value look_json(const ledger::MigrationState& state) {
  const auto& look = state.look;
  if (look.position == 0) return nullptr;
  std::string_view result = "of a newer version";
  switch (look.result) {
    case Probed::Result::ABSENT:
      result = "absent";
      break;
    case Probed::Result::OURS:
      result = "ours";
      break;
    case Probed::Result::SEVERAL:
      result = "several";
      break;
    case Probed::Result::FOREIGN:
      result = "foreign";
      break;
    case Probed::Result::UNDER_WAY:
      result = "underWay";
      break;
  }
  return json::object{{"step", json_text(state.step_name(look.step))},
                      {"generation", look.generation},
                      {"result", result},
                      {"position", look.position},
                      {"time", time_json(look.time)},
                      {"absent_before", time_json(look.absent_before)},
                      {"tag_absent", time_json(look.tag_absent)},
                      {"candidates", json_text(look.shown)},
                      {"facts", fields_json(look.facts)}};
}

json::object reading_json(const ledger::Reading& reading) {
  return {{"state", json_text(reading.state)},
          {"percent", reading.percent},
          {"failures", reading.failures},
          {"error", workflow::name_of(reading.error)}};
}

json::value walk_json(const ledger::MigrationState& state) {
  const auto& walk = state.bulk;
  if (walk.step == ledger::kNoStep) return nullptr;
  const auto totals = walk.totals();
  json::array open;
  for (const auto& page : walk.open)
    open.push_back(json::object{
        {"page", page.number}, {"start", json_text(page.start)}, {"end", json_text(page.end)}});
  json::object failures;
  for (const auto& [name, why] : walk.failures()) failures[json_text(name)] = json_text(why);
  return json::object{{"step", json_text(state.step_name(walk.step))},
                      {"pages", walk.pages},
                      {"all_begun", walk.all_begun},
                      {"open", std::move(open)},
                      {"objects", totals.objects},
                      {"bytes", totals.bytes},
                      {"there", totals.there},
                      {"copied", totals.copied},
                      {"failed", totals.failed},
                      {"failures", std::move(failures)}};
}

json::array resources_json(const Replayed& replayed) {
  constexpr std::string_view kHow[] = {"replied", "adopted", "claimed", "byPerson", "lost"};
  json::array resources;
  for (const auto& resource : replayed.resources) {
    const auto how = static_cast<std::size_t>(resource.how);
    resources.push_back(json::object{{"step", json_text(replayed.state.step_name(resource.step))},
                                     {"generation", resource.generation},
                                     {"position", resource.position},
                                     {"how", how < std::size(kHow) ? kHow[how] : "unknown"},
                                     {"dead", resource.dead},
                                     {"facts", fields_json(resource.facts)},
                                     {"work_request", json_text(resource.work_request)}});
  }
  return resources;
}

}  // namespace

json::object fields_json(const ledger::Fields& fields) {
  json::object object;
  fields.for_each([&](std::string_view name, std::string_view value) {
    object[json_text(name)] = json_text(value);
  });
  return object;
}

json::object replayed_json(const Replayed& replayed) {
  const auto& state = replayed.state;
  json::array depends_on;
  for (const auto& other : state.depends_on) depends_on.emplace_back(json_text(other));
  return {{"name", json_text(state.name)},
          {"workflow", json_text(state.workflow)},
          {"workflow_version", state.workflow_version},
          {"stream", state.stream},
          {"version", state.version},
          {"position", state.position},
          {"status", name_of(state.status)},
          {"reason", json_text(state.reason)},
          {"need", json_text(state.need)},
          {"started", time_json(state.started)},
          {"entered", time_json(state.entered)},
          {"updated", time_json(state.updated)},
          {"unknown_events", state.unknown_events},
          {"depends_on", std::move(depends_on)},
          {"steps", steps_json(replayed)},
          {"attempt", attempt_json(replayed)},
          {"look", look_json(state)},
          {"reading", reading_json(state.reading)},
          {"walk", walk_json(state)},
          {"resources", resources_json(replayed)},
          {"facts", fields_json(state.facts)},
          {"plan", fields_json(state.plan)}};
}

json::object vantage_json(const Vantage& vantage, const LedgerFacts& facts) {
  json::object object;
  if (facts.simulated()) object["simulated"] = true;
  if (!facts.id.empty()) object["ledger"] = json_text(facts.id);
  object["position"] = vantage.position;
  if (vantage.position != 0) object["time"] = format_utc(vantage.now);
  return object;
}

}  // namespace migledger::cli
