// Before a run acts on a ledger that was put back from a copy: the comparison with the cloud.
#pragma once

#include <iosfwd>
#include <optional>

#include "cli/run/run.h"
#include "cli/session/run_cloud.h"
#include "ledger/event/event_store.h"
#include "workflow/model/plan.h"

namespace migledger::cli {

// Nothing when the ledger is not put back from a copy, or the comparison has been recorded since.
// Otherwise does what `reconcile --adopt` does, tells it and records it; then nothing when the run
// may go on, and else the exit code it must end with: 3 when a person must look at what is missing,
// drifted or of no migration that is known (--yes of `command` accepts it), 6 when the cloud could
// not be asked. Uses consent, json and command_line of `command`.
std::optional<int> compare_after_restore(ledger::EventStore& store, RunCloud& cloud,
                                         const workflow::Plan& plan, const RunCommand& command,
                                         const Terminal& terminal, std::ostream& out,
                                         std::ostream& err);

}  // namespace migledger::cli
