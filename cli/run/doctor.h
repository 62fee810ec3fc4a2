// migledger doctor: what would keep a migration from working, and what to do about it, in order.
// Changes nothing.
#pragma once

#include <iosfwd>

#include "cli/run/run.h"

namespace migledger::cli {

// Uses config, cloud, ledger (for where a simulated tenancy lies) and json of `command`. Returns an
// exit code: 0 when nothing needs mending, 6 when credentials or the cloud do, else 2. With json,
// {"version": …, "checks": [{"verdict": "ok"|"look"|"fix", "what", "seen", "fix"}…]}. Throws as
// run_run().
int run_doctor(const RunCommand& command, const Terminal& terminal, std::ostream& out);

}  // namespace migledger::cli
