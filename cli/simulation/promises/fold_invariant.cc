// Promise 4, "state is a fold of the log": the two folds that people and decisions rest on agree at
// the end of every stream, and a state that was kept up to date is the one that is folded anew.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"
#include "ledger/fold/fleet_summary.h"

namespace migledger::simulation {

using ledger::MigrationState;

MigrationState state_of(const ledger::EventStore& store, ledger::StreamId stream,
                        ledger::Position until) {
  MigrationState state;
  for (const auto cursor = store.scan_stream(stream); cursor->next();) {
    if (cursor->event().getPosition() > until) break;
    state.apply(cursor->event());
  }
  return state;
}

std::string picture_of(const MigrationState& s) {
  std::string out;
  const auto add = [&out](const auto&... parts) {
    ((fmt::format_to(std::back_inserter(out), "{}|", parts)), ...);
  };
  const auto time = [](Time t) { return to_micros(t); };
  const auto fields = [&](const ledger::Fields& f) {
    f.for_each([&](auto name, auto value) { add(name, value); });
  };
  add(s.stream, s.version, s.position, time(s.started), time(s.updated), time(s.entered),
      time(s.moved), int(s.status), int(s.mode), s.reopened, s.renewed, s.cleaned, s.decommissioned,
      s.forward, s.capacity_failures, s.name, s.workflow, s.workflow_version, s.stopped_at,
      int(s.parked_kind), s.parked_session, s.reason, s.need, s.secret_position, s.unknown_events,
      time(s.done_at), s.paused, s.pause_words, s.pause_at, s.retried, s.named_step, s.named);
  const auto& r = s.reading;
  add(r.state, int(r.percent), r.failures, int(r.error), r.code, r.session, time(r.failing_since),
      time(r.failed_at), r.failed_position, r.retry_after.count());
  const auto& a = s.attempt;
  add(a.step, a.generation, int(a.phase), int(a.error), a.code, a.doubt, a.sends, a.failures,
      a.deaths, a.first_intent, a.latest, a.session, time(a.first_sent), time(a.first_cloud_time),
      time(a.last_cloud_time), time(a.last_sent), time(a.ended), a.retry_after.count());
  const auto& l = s.look;
  add(l.step, l.generation, int(l.result), l.position, l.session, time(l.time), time(l.cloud_time),
      time(l.absent_before), time(l.tag_absent), l.shown);
  fields(l.facts);
  fields(s.facts);
  fields(s.plan);
  for (const auto& other : s.depends_on) add(other);
  for (std::size_t i = 0; i < s.step_count(); ++i) {
    const auto step = static_cast<ledger::StepIndex>(i);
    add(s.is_done(step), s.generation(step), s.step_name(step));
  }
  add(s.bulk.pages, s.bulk.open.size());
  return out;
}

void check_folds(const ledger::EventStore& store) {
  ledger::FleetSummary fleet;
  std::map<ledger::StreamId, MigrationState> states;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    fleet.apply(event);
    const auto stream =
        event.getBody().isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream == ledger::kLedgerStream) continue;
    judged(Rule::folds_agree);
    MigrationState& state = states[stream];
    state.apply(event);
    const auto* row = fleet.find(stream);
    const auto differs = [&](const char* what) {
      throw Violation(Rule::folds_agree,
                      fmt::format("after position {}, state and summary of {} differ in their {}",
                                  event.getPosition(), state.name, what));
    };
    if (!row) differs("being there");
    if (row->status != state.status) differs("status");
    if (row->mode != state.mode) differs("mode");
    if (row->moved != (state.done_at != Time{})) differs("having been moved");
    if (row->paused != (state.paused != 0)) differs("pause");
    for (std::size_t i = 0; i < state.step_count(); ++i)
      if (row->done[i] != state.is_done(static_cast<ledger::StepIndex>(i))) differs("steps done");
  }
}

}  // namespace migledger::simulation
