// Accelerated time over HTTP: what the tenancy does takes less, and lists lag less. Everything that
// a client also measures stays as it is: tokens, retention, expiry, signature dates.
#pragma once

#include "adapters/sim/world/options.h"

namespace migledger::adapters::sim_http {

// Shortens the durations of operations, the lags of lists and search, and the lock of an instance
// of which an image was made, to one `speed`th. Latencies become none, as there is a network; waits
// that a fault brings stay. `speed` must be positive.
void accelerate(sim::TenancyOptions& options, double speed);

}  // namespace migledger::adapters::sim_http
