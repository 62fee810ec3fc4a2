// Promise 4, "each decision can be recomputed from the events before it": Recheck makes every
// decision again, and what it decides must be what was recorded. Its header says what is judged,
// and what not. Beside it: an order was one that could be taken, and a migration begins only when
// those that it waits for are done.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"
#include "ledger/fold/migration_state.h"
#include "workflow/audit/recheck.h"
#include "workflow/decide/transitions.h"

namespace migledger::simulation {

namespace {

using ledger::MigrationState;
using ledger::schema::Event;

// The states before an event, by migration.
class States {
 public:
  // Throws Violation when the event may not follow on them; then goes on to those after it.
  void add(Event::Reader event) {
    const auto body = event.getBody();
    if (body.isMigrationStarted()) {
      streams_[std::string(ledger::view(body.getMigrationStarted().getName()))] =
          event.getPosition();
      check_beginning(event);
    }
    const auto stream = body.isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream == ledger::kLedgerStream) return;
    MigrationState& state = states_[stream];
    if (body.isSteered()) check_order(event, state);
    state.apply(event);
  }

 private:
  void check_beginning(Event::Reader event) const {
    const auto started = event.getBody().getMigrationStarted();
    for (const auto other : started.getDependsOn()) {
      judged(Rule::dependencies_kept);
      const auto known = streams_.find(ledger::view(other));
      const auto state = known == streams_.end() ? states_.end() : states_.find(known->second);
      if (state == states_.end() || state->second.done_at == Time{})
        throw Violation(
            Rule::dependencies_kept,
            fmt::format("position {} begins {}, which waits for {}, and that is not done",
                        event.getPosition(), ledger::view(started.getName()), ledger::view(other)));
    }
  }

  static void check_order(Event::Reader event, const MigrationState& state) {
    judged(Rule::orders_possible);
    const auto refusal = workflow::refusal_of(event.getBody().getSteered().getVerb(),
                                              workflow::stage_of(state), workflow::stop_of(state));
    if (!refusal.empty())
      throw Violation(Rule::orders_possible, fmt::format("the order at {} could not be taken: {}",
                                                         event.getPosition(), refusal));
  }

  std::map<std::string, ledger::StreamId, std::less<>> streams_;
  std::map<ledger::StreamId, MigrationState> states_;
};

}  // namespace

void check_decisions(const ledger::EventStore& store) {
  workflow::Recheck recheck;
  States states;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    states.add(event);
    const auto disagreement = recheck.add(event);
    judged(Rule::decisions_recomputed);
    if (disagreement)
      throw Violation(
          Rule::decisions_recomputed,
          fmt::format("the event at {} of {} records \"{}\"; decided is \"{}\" (row {})",
                      disagreement->position, disagreement->migration, disagreement->recorded,
                      disagreement->decided, disagreement->row));
  }
}

}  // namespace migledger::simulation
