// The approach that migledger replaces, faithfully: one script a migration, which does one thing
// after the other; after each it asks for it by its id, and while it is not done, sleeps for 30
// seconds and asks again. It asks before it sleeps, as a script must that can be begun again.
#pragma once

#include "tests/bench/counting_cloud.h"
#include "tests/bench/detection.h"
#include "workflow/model/plan.h"

namespace migledger::bench {

// Runs a script for each of the plan's migrations, all at once, to their end. Adds to `seen` when
// each operation's end was noticed. `name_space` is that of the tenancy's object storage. Throws
// std::runtime_error when the cloud refuses something.
void run_old_approach(const workflow::Plan& plan, const std::string& name_space,
                      CountingCloud& cloud, Detections& seen);

}  // namespace migledger::bench
