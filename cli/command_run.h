// migledger run: does what the configuration names, or goes on with it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/consent.h"
#include "cli/terminal.h"
#include "workflow/steering.h"

namespace migledger::cli {

struct RunCommand {
  std::string config = "config.json";
  std::string workflow;  // empty: as the configuration says
  std::string ledger;    // empty: as configured
  std::string cloud = "oci";
  std::optional<std::uint64_t> sim_objects;  // in each bucket of a new simulated tenancy
  double sim_writes_for = 0;                 // seconds for which somebody goes on writing to them
  std::vector<std::string> only;             // names of migrations; empty: all
  std::optional<std::size_t> parallel;
  bool dry_run = false;
  bool verbose = false;  // of a dry run: the requests of every migration
  Consent consent;
  bool json = false;
  bool accept_plan_change = false;
  std::string log_file;   // empty: as configured
  std::string sim_state;  // empty: <ledger>.sim
  double sim_speed = 600;
  std::uint64_t sim_seed = 1;
  std::string sim_faults;    // a file; empty: no faults
  std::string command_line;  // as typed, for the record
  // What is asked of one migration of the ledger; the run is then for that one alone, as recorded.
  std::optional<workflow::Order> order;
};

// Runs until everything is done, stopped or interrupted. Returns an exit code (exit_status.h);
// throws what main() maps to one: ConfigError, UsageError, LedgerError, SetupError, StateError.
int run_run(const RunCommand& command, const Terminal& terminal, std::ostream& out,
            std::ostream& err);

}  // namespace migledger::cli
