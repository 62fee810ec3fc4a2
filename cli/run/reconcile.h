// migledger reconcile: what the ledger says was made, compared with what is in the cloud. Removes
// nothing; records what it found only when asked to.
#pragma once

#include <iosfwd>

#include "cli/run/run.h"

namespace migledger::cli {

// Uses config, cloud, ledger, sim_state, json and command_line of `command`. With `adopt`, what is
// orphaned is recorded, where its migration is at the step that its key stands for. Returns an exit
// code: 0 when all is known or recorded, 3 when a person must look, 6 when nothing is wrong as far
// as could be seen, and something could not be seen because the cloud did not answer or let nobody
// in. With json, {"simulated", "ledger", "findings": [{"verdict": "known"|"orphaned"|"missing"|
// "drifted"|"unseen", "what", "region", "id", "migration", "step", "position", "seen", "advice",
// "recorded", "not_recorded"}…], "known", "orphaned", "missing", "drifted", "unseen"}; members that
// say nothing are left out. Throws as run_run().
int run_reconcile(const RunCommand& command, bool adopt, const Terminal& terminal,
                  std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
