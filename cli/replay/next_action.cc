#include "cli/replay/next_action.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/base/terminal.h"
#include "ledger/base/printable.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/decide/row_words.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using ledger::Position;
using workflow::Decision;
using Kind = Decision::Kind;

// One process writes at a time, so an event's session is the newest there was.
Position session_at(const ledger::EventStore& store, Position position) {
  for (; position != 0; --position) {
    const auto cursor = store.scan(position, position);
    if (!cursor->next()) return 0;
    if (cursor->event().getBody().isSessionOpened()) return position;
    if (cursor->event().getSession() != 0) return cursor->event().getSession();
  }
  return 0;
}

std::string words_of(const Decision& decision, std::string_view step) {
  std::string words(name_of(decision.kind));
  if (!step.empty()) words += fmt::format(" at {}", printable(step, 40));
  if (!decision.reason.empty() && decision.kind != Kind::in_flight)
    words += fmt::format(": {}", shorten_ocids(printable(decision.reason, 300)));
  words += fmt::format(" (row {}", name_of(decision.row));
  if (decision.because != 0) words += fmt::format(", because of #{}", decision.because);
  return words + ")";
}

json::object json_of(const Decision& decision, const ledger::MigrationState& state) {
  const auto row = workflow::words_of(decision.row);
  json::object object{{"action", name_of(decision.kind)},
                      {"row", name_of(decision.row)},
                      {"table", row.table},
                      {"circumstance", row.attempt},
                      {"then", row.then}};
  if (!row.look.empty()) object["look"] = row.look;
  if (decision.step != ledger::kNoStep) object["step"] = json_text(state.step_name(decision.step));
  if (decision.generation != 0) object["generation"] = decision.generation;
  if (decision.reopens != ledger::kNoStep)
    object["goes_back_to"] = json_text(state.step_name(decision.reopens));
  if (decision.until != Time{}) object["not_before"] = format_utc(decision.until);
  if (!decision.reason.empty()) object["reason"] = json_text(decision.reason);
  if (!decision.need.empty()) object["need"] = json_text(decision.need);
  if (decision.because != 0) object["because"] = decision.because;
  return object;
}

}  // namespace

Vantage vantage_at(const ledger::EventStore& store, Position position) {
  Vantage vantage;
  vantage.position = position;
  vantage.ledger_id = ledger_facts(store).id;
  vantage.session = session_at(store, position);
  if (position == 0) return vantage;
  const auto cursor = store.scan(position, position);
  if (cursor->next()) vantage.now = time_from_micros(cursor->event().getTime());
  const auto own = store.scan_stream(ledger::kLedgerStream);
  while (own->next() && own->event().getPosition() <= position)
    vantage.held = ledger::hold_after(vantage.held, own->event());
  return vantage;
}

NextAction next_action(const ledger::MigrationState& state, const Vantage& vantage) {
  NextAction next;
  const auto* workflow = workflow::workflow_named(state.workflow);
  if (!workflow) {
    next.cannot_tell =
        fmt::format("this version has no workflow \"{}\"", printable(state.workflow, 40));
    return next;
  }
  if (!workflow->matches(state)) {
    next.cannot_tell = fmt::format(
        "it follows version {} of the {} workflow; this program has version {}, with other steps",
        state.workflow_version, workflow->name, workflow->version);
    return next;
  }
  const workflow::Context context{vantage.now, vantage.session, vantage.ledger_id, vantage.held};
  next.decision = decide(*workflow, state, context);
  next.grounds = workflow::grounds_of(next.decision, state, context);
  if (next.decision.step != ledger::kNoStep) next.step = state.step_name(next.decision.step);
  const bool waits = next.decision.kind == Kind::in_flight ||
                     (next.decision.kind == Kind::over && state.status == ledger::Status::parked);
  // A session opened after this position.
  if (waits)
    next.resumed = decide(*workflow, state,
                          {vantage.now, vantage.position + 1, vantage.ledger_id, vantage.held});
  return next;
}

std::string next_words(const NextAction& next) {
  if (!next.cannot_tell.empty()) return "cannot be told: " + next.cannot_tell;
  std::string words = words_of(next.decision, next.step);
  if (next.resumed) {
    words += next.resumed->kind == Kind::over ? std::string("; a new run would do nothing else")
                                              : "; a new run would " + words_of(*next.resumed, "");
  }
  return words;
}

std::string row_words(workflow::Row row) {
  const auto words = workflow::words_of(row);
  return fmt::format("{} table, row {}: {}{}{} → {}", words.table, name_of(row), words.attempt,
                     words.look.empty() ? "" : "; the look says: ", words.look, words.then);
}

json::object next_json(const NextAction& next, const ledger::MigrationState& state) {
  if (!next.cannot_tell.empty()) return {{"cannot_tell", json_text(next.cannot_tell)}};
  json::object object = json_of(next.decision, state);
  json::array grounds;
  for (const auto& ground : next.grounds)
    grounds.push_back(json::object{{"position", ground.position}, {"why", ground.why}});
  object["rests_on"] = std::move(grounds);
  if (next.resumed) object["resumed"] = json_of(*next.resumed, state);
  return object;
}

}  // namespace migledger::cli
