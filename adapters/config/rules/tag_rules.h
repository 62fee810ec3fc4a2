// Defined tags: how many a resource can have, and that no two are one to OCI.
#pragma once

#include "adapters/config/rules/plan_rules.h"

namespace migledger::adapters {

void check_tags(const MigrationSource& migration, Problems& problems);

}  // namespace migledger::adapters
