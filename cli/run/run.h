// migledger run: does what the configuration names, or goes on with it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/base/terminal.h"
#include "cli/run/consent.h"
#include "cli/session/cloud_choice.h"
#include "workflow/run/steering.h"

namespace migledger::cli {

struct RunCommand : CloudChoice {
  std::string workflow;           // empty: as the configuration says
  std::vector<std::string> only;  // names of migrations; empty: all
  std::optional<std::size_t> parallel;
  bool dry_run = false;
  bool verbose = false;  // of a dry run: the requests of every migration
  Consent consent;
  bool json = false;
  bool accept_plan_change = false;
  std::string log_file;      // empty: as configured
  std::string command_line;  // as typed, for the record
  // What is asked of one migration of the ledger; the run is then for that one alone, as recorded.
  std::optional<workflow::Order> order;
};

// Runs until everything is done, stopped or interrupted. Returns an exit code (exit_status.h);
// throws what main() maps to one: ConfigError, UsageError, LedgerError, SetupError, StateError.
int run_run(const RunCommand& command, const Terminal& terminal, std::ostream& out,
            std::ostream& err);

}  // namespace migledger::cli
