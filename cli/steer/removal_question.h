// What is said and asked before a rollback or a clean-up removes something.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/base/terminal.h"
#include "ledger/event/event_store.h"
#include "ledger/fold/migration_state.h"

namespace migledger::cli {

// Migrations of the ledger that depend on the one of that name, as their newest plans say, in the
// order in which they began. Reads the events of starts and of changed plans.
std::vector<std::string> dependents_of(const ledger::EventStore& store, std::string_view migration);

// Says who depends on it, and how long what is to be removed may have been in use. `now`: by the
// clock of the ledger's cloud.
void print_at_stake(const ledger::EventStore& store, const ledger::MigrationState& state, Time now,
                    std::ostream& out);

// Asks at the terminal to type the name, where both ends are one. False: nobody is there to ask, or
// they typed something else.
bool confirmed(const std::string& migration, const Terminal& terminal, std::istream& in,
               std::ostream& out);

}  // namespace migledger::cli
