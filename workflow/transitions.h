// What a person may ask of a migration, by where it stands. The table is in transitions.cc, and has
// a test a row (tests/workflow/transitions_test.cc).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/migration_state.h"

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

// Why `verb` cannot be asked of a migration that stands so; empty: it can.
std::string refusal_of(Verb verb, Stage stage, Stop stop);

}  // namespace migledger::workflow
