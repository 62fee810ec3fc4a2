// migledger rollback, cleanup, decommission: an order, and the run that carries it out.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/command_run.h"

namespace migledger::cli {

// Says what would be removed, then gives `run.order` to the run that is going, or runs. A clean-up
// without --yes only says it. Returns an exit code; throws as run_run.
int run_undo(const RunCommand& run, const Terminal& terminal, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
