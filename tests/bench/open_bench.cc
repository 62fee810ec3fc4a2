#include "tests/bench/bench.h"
namespace migledger::bench {
void bench_open(Context&) {}
}  // namespace migledger::bench
