// A bucket to be replicated, as a resolved plan has it.
#pragma once

#include <string>

#include "workflow/model/plan.h"

namespace migledger::testing {

// One that is named `name` in both regions; the migration has that name, too.
workflow::PlannedMigration sample_bucket(const std::string& name);

// A plan of that one.
workflow::Plan bucket_plan(const std::string& name = "data");

}  // namespace migledger::testing
