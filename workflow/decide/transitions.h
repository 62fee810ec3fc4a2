// What a person may ask of a migration, by where it stands. The table is in transitions.cc, and has
// a test a row (tests/workflow/transitions_test.cc).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/fold/fleet_summary.h"
#include "ledger/fold/migration_state.h"

namespace migledger::workflow {

using Verb = ledger::schema::Steered::Verb;

// "pause", "resume", … as typed.
std::string_view name_of(Verb verb);
std::optional<Verb> verb_named(std::string_view name);

// Where a migration stands, as far as steering is concerned.
enum class Stage {
  moving,
  moved,
  failed,
  cancelling,
  cancelled,
  rolling_back,
  rolled_back,
  cleaning_up,
  cleaned_up,
  decommissioning,
  decommissioned,
};
std::string_view name_of(Stage stage);
Stage stage_of(const ledger::MigrationState& state);

// What keeps a migration that is not over from going on.
enum class Stop { none, paused, mend, approval, choice, end };
std::string_view name_of(Stop stop);
Stop stop_of(const ledger::MigrationState& state);

// Whether `verb` may be one that can be asked of a migration, as far as its row in the summary of
// the ledger tells. False: it cannot.
bool could_take(Verb verb, const ledger::FleetRow& row);

// What a person can ask of a migration that is over and did not get done: the command, as typed,
// and what comes of it. None where there is nothing to ask.
struct Way {
  std::string command;
  std::string_view purpose;
};
std::vector<Way> ways_on(Stage stage, std::string_view name);

// The same in one sentence: "migledger retry db-1: …; …".
std::string words_of(const std::vector<Way>& ways);

// Why `verb` cannot be asked of a migration that stands so; empty: it can.
std::string refusal_of(Verb verb, Stage stage, Stop stop);

}  // namespace migledger::workflow
