// Deterministic simulation: executor, ledger, people and the simulated tenancy in one thread, in
// simulated time, under faults that all follow from one seed. What the product promises is asked of
// the tenancy and of the ledger while it goes (invariants.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/simulation/promises/rules.h"
#include "cli/simulation/universe/chaos.h"

namespace migledger::simulation {

struct SimulationOptions {
  std::uint64_t seed = 1;
  std::string workflow;     // empty: drawn from the seed
  unsigned migrations = 0;  // 0: drawn
  unsigned steps = 0;       // runs under chaos, at most; 0: drawn
  ChaosSet without;         // kinds of chaos that are left out
  bool keep_trace = false;
  bool on_rocksdb = false;  // every ledger; else one seed in a hundred has them there
  // A directory that exists, for what must be real files; empty: no ledger is on RocksDB.
  std::string scratch;
};

struct SimulationResult {
  bool ok = true;
  std::string invariant;  // that does not hold; empty: all do
  std::string seen;       // what was seen
  std::string digest;     // SHA-256 over everything that happened, in hexadecimal
  std::vector<std::string> trace;

  // As drawn; what is needed to make a smaller one.
  std::string workflow;
  unsigned migrations = 0;
  unsigned steps = 0;
  ChaosSet active;
  bool on_rocksdb = false;

  Duration simulated{};
  Judgements judgements{};  // by the rules
  std::uint64_t runs = 0, kills = 0, events = 0, calls = 0, created = 0;
};

// Runs one seed. Throws only what has nothing to do with the seed (no memory, no scratch disk).
SimulationResult simulate(const SimulationOptions& options);

// The smallest options found that still break the same invariant: fewer kinds of chaos, fewer
// migrations, fewer steps. `failed` is what simulate(options) returned. Tries at most `most` times,
// and no longer once all tries together have made two million calls.
SimulationOptions shrink(const SimulationOptions& options, const SimulationResult& failed,
                         unsigned most = 200);

// The command that reproduces it.
std::string command_for(const SimulationOptions& options);

}  // namespace migledger::simulation
