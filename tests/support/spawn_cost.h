// What starting a child costs, for the benchmark.
#pragma once

#include <chrono>

namespace migledger::support {

// The least time of `rounds` runs of /bin/true through the launcher, from start to reaped.
std::chrono::nanoseconds least_spawn_time(int rounds);

}  // namespace migledger::support
