// migledger simulate: the product under faults, in a universe that follows from a seed.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace migledger::cli {

struct SimulateCommand {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;  // how many, from `seed` on
  unsigned jobs = 1;        // processes at once
  unsigned steps = 0;       // runs under chaos, at most; 0: drawn
  unsigned migrations = 0;  // 0: drawn
  std::string workflow;     // empty: drawn
  std::vector<std::string> without;
  bool on_rocksdb = false;  // all ledgers; else some
  bool all = false;         // goes on after a failure, and looks for no smaller one
  bool verbose = false;
  bool json = false;
};

// Runs the seeds. At the first that breaks a promise (of each process) it stops, looks for a
// smaller way to break the same, and tells both. Returns 0 when all promises hold, else 1; 1 also
// when, of a thousand seeds or more, none gave some rule anything to judge. Throws UsageError.
int run_simulate(const SimulateCommand& command, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
