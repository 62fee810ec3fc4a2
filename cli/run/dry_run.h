// migledger run --dry-run: the run as it would go on from here, against a simulated tenancy that
// holds what the ledger knows. Sends nothing, keeps nothing.
#pragma once

#include <iosfwd>

#include "adapters/config/config.h"
#include "cli/run/run.h"

namespace migledger::cli {

// `ledger`: its directory, which need not be there. Prints every request in order, with the
// simulated reply; returns the exit code the run would have had, but 0 for done.
int dry_run(const RunCommand& command, const adapters::Config& config, const std::string& ledger,
            std::ostream& out);

}  // namespace migledger::cli
