// The benchmarks, and what each is given. They measure; nothing is asserted, because the machines
// they run on are shared and noisy: what carries over are ratios to a baseline of the same run.
#pragma once

#include <filesystem>
#include <random>

#include "tests/bench/report.h"

namespace migledger::bench {

struct Context {
  bool quick = false;               // about a second each: whether they run, not what they find
  std::size_t events = 10'000'000;  // of the ledger that verify reads
  bool keep = false;                // leave generated ledgers in `directory`, and use those there
  std::filesystem::path directory;  // to work in
  std::filesystem::path self;       // this program
  std::filesystem::path migledger;  // the program that is measured as a whole process
  std::mt19937 random{20261123};
  Report report{false};
};

void bench_append(Context& context);    // a durable append over a bare RocksDB Put
void bench_steps(Context& context);     // durable steps a second over bare appends to a file
void bench_replay(Context& context);    // decoding and folding over bare RocksDB iteration
void bench_open(Context& context);      // first output of commands over only opening the database
void bench_executor(Context& context);  // many migrations at once on the simulated tenancy
void bench_spawn(Context& context);     // starting a child out of a small and a large process
void bench_calls(Context& context);     // calls of the oci program, over the approach of before
void bench_objects(Context& context);   // a bucket of a million objects, replicated
void bench_volumes(Context& context);   // many volumes at once on the simulated tenancy
void bench_verify(Context& context);    // verify over bare RocksDB iteration

}  // namespace migledger::bench
