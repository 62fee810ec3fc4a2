// One compute migration of a plan, as configurations have it.
#pragma once

#include <string>

#include "workflow/model/plan.h"

namespace migledger::testing {

// A migration that runs on the simulated tenancy as it is; `n` tells sources apart.
workflow::PlannedMigration sample_migration(const std::string& name, unsigned n = 1);

}  // namespace migledger::testing
