// What a ledger knows to be in the cloud, put into a simulated tenancy, so that a dry run or a fork
// can go on from there. What was under way counts as done; what was not known is not there.
#pragma once

#include <string>

#include "adapters/sim/tenancy.h"
#include "ledger/migration_state.h"

namespace migledger::cli {

// Adds what is known of one migration of the ledger with that id.
void recall_known(const ledger::MigrationState& state, const std::string& ledger_id,
                  adapters::sim::Recalled& known);

}  // namespace migledger::cli
