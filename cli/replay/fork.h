// migledger replay --fork: a new ledger that goes on from a moment of another one, with a simulated
// tenancy that holds what was known then, to try another ending. The other one is not touched.
//
// With `json`, one object: simulated (true), ledger, origin {path, position, cloud}, path,
// position (head of the new ledger), sim_state.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct ForkOptions {
  std::string moment;  // a position, time or hash of the origin (moment.h)
  std::string origin;  // directory of the ledger that is forked
  std::string into;    // directory of the new one
  std::string cloud;   // must be "sim"
  bool json = false;
  std::string command_line;
};

// Returns an exit code: 0. Throws UsageError, LedgerError and StateError; nothing is left then.
// What a fork that was killed leaves is named ….unfinished-….
int run_fork(const ForkOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
