// The table that a run draws on a terminal, over itself, while it goes on.
#pragma once

#include <iosfwd>
#include <memory>

#include "cli/run/run_view.h"

namespace migledger::cli {

// Never wider or higher than the terminal is at that moment. `store` and `out` must outlive it.
std::unique_ptr<workflow::Observer> make_live_view(const RunViewOptions& options,
                                                   const ledger::EventStore& store,
                                                   ForEachState states, std::ostream& out);

}  // namespace migledger::cli
