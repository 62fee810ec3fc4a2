// What the launch of an instance cannot have at once: its shape and shape_config, the members of
// launch_options, and its metadata.
#pragma once

#include "adapters/config/rules/plan_rules.h"

namespace migledger::adapters {

void check_launch(const MigrationSource& migration, Problems& problems);

}  // namespace migledger::adapters
