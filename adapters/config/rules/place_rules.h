// Where the things lie that a configuration names: regions, realms and availability domains must
// agree with one another.
#pragma once

#include "adapters/config/rules/plan_rules.h"

namespace migledger::adapters {

// Adds what contradicts the regions of the migration, of whatever workflow. A region that the
// catalog does not have is taken as it is, unless it is nearly the name of one that it has and
// `root` gives no endpoint for it.
void check_places(const MigrationSource& migration, const JsonNode& root, Problems& problems);

}  // namespace migledger::adapters
