// What is asked of a ledger as a whole, from its events alone. Each function is one promise, in a
// file of its own that says how it is shown; each throws Violation.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/simulation/promises/violation.h"
#include "ledger/event/event_store.h"
#include "ledger/fold/migration_state.h"
#include "workflow/model/step.h"

namespace migledger::simulation {

// Dense positions and versions, times that never go back, causes and sessions before their effects.
void check_order(const ledger::EventStore& store);

// Every outcome has its intent before it, of the same step and generation; every intent that a run
// left open is recorded as unknown before anything else becomes of it.
void check_outcomes(const ledger::EventStore& store);

// Every decision is what this build decides from the events before it; and nothing begins before
// those that it waits for are done.
void check_decisions(const ledger::EventStore& store);

// The rules of recovery, told anew and independently of the code that decides.
void check_recovery_rules(const ledger::EventStore& store, const workflow::Workflow& workflow);

// What can be said of a universe's time.
struct Timing {
  bool clocks_are_right = false;  // the time of events is that of the cloud
  Duration late{};                // so much later may a reading end that began in time
  bool at_once = false;  // a run goes on with all migrations at once, none waits for its turn
};

// Nothing is tried more often, and nothing waited for longer, than the plan allows, unless a person
// asks for it; and who goes on after a time limit is granted the same time again.
void check_limits(const ledger::EventStore& store, const workflow::Workflow& workflow,
                  const Timing& timing);

// What people asked for is kept to: nothing is begun that they paused, nothing is passed that they
// must approve. `approvals`: what whoever runs it approves with that (--yes).
void check_people(const ledger::EventStore& store, const workflow::Workflow& workflow,
                  const workflow::Approvals& approvals);

// After a ledger was put back as `migledger restore` does, nothing is begun before the comparison
// with the cloud is on record.
void check_restoring(const ledger::EventStore& store);

// The two folds agree: of a migration, and of the fleet.
void check_folds(const ledger::EventStore& store);

// Adds to `traces` what a secret may be recognized by: itself, in hexadecimal digits and base64,
// and its plain SHA-256, which is as good as itself to whoever can guess.
void add_traces(std::string_view secret, std::vector<std::string>& traces);

// None of `secrets` is in `text`; `where` names it.
void check_no_secret(std::string_view text, const std::vector<std::string>& secrets,
                     std::string_view where);

// Everything a state holds, as text: two states are the same if these are.
std::string picture_of(const ledger::MigrationState& state);

// The state of a migration, folded from the start.
ledger::MigrationState state_of(const ledger::EventStore& store, ledger::StreamId stream,
                                ledger::Position until = ~ledger::Position{0});

// Why a migration that nobody runs any more is not at rest; empty: it is
// done, over with a reason, or waits for a person with a reason and a need.
std::string unrest_of(const ledger::MigrationState& state, ledger::Position held);

}  // namespace migledger::simulation
