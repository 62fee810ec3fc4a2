// migledger sim report: what the simulated tenancy holds, and everything it ever created.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/base/terminal.h"

namespace migledger::cli {

struct SimReportOptions {
  std::string directory;
  bool json = false;  // {"created": [{"kind", "region", "id", "name", "key", "at"}…], "held": […]}
  Terminal terminal;
};

// Works while a run uses the tenancy. Returns an exit code; throws StateError.
int run_sim_report(const SimReportOptions& options, std::ostream& out);

}  // namespace migledger::cli
