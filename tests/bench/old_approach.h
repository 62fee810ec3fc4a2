// The approach that migledger replaces, faithfully: one script a migration, which does one thing
// after the other and asks for each by its id every 30 seconds until it is done.
#pragma once

#include "tests/bench/counting_cloud.h"
#include "tests/bench/detection.h"
#include "workflow/plan.h"

namespace migledger::bench {

// Runs a script for each of the plan's migrations, all at once, to their end. Adds to `seen` when
// each operation's end was noticed. `name_space` is that of the tenancy's object storage. Throws
// std::runtime_error when the cloud refuses something.
void run_old_approach(const workflow::Plan& plan, const std::string& name_space,
                      CountingCloud& cloud, Detections& seen);

}  // namespace migledger::bench
