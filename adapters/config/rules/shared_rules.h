// What two migrations of a plan cannot share: the thing that is moved, and what can exist once in
// the place where both would make it.
#pragma once

#include "adapters/config/rules/plan_rules.h"

namespace migledger::adapters {

void check_shared(const std::vector<MigrationSource>& migrations, Problems& problems);

}  // namespace migledger::adapters
