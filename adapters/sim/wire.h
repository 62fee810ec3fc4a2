// Wire: the way to the tenancy and back, with the faults that strike on it. It has no clock and
// waits for nothing: it says how long things take.
#pragma once

#include "adapters/sim/tenancy.h"

namespace migledger::adapters::sim {

class Wire {
 public:
  // `tenancy` must outlive this; its options hold the faults and latencies.
  explicit Wire(Tenancy& tenancy) : tenancy_(tenancy) {}

  // How long a request that leaves now is under way.
  Duration request_latency() { return tenancy_.draw(tenancy_.options().durations.request_latency); }

  struct Passage {
    workflow::Reply reply;
    Duration takes{};  // from the arrival of the request until its sender knows
  };
  // The request arrives, or fails to.
  Passage arrive(const workflow::Request& request, Time now);

 private:
  struct Strike {
    Fault fault = Fault::none;
    int status = 0;
    std::optional<Duration> wait;
  };
  Strike strike(const workflow::Request& request);

  Tenancy& tenancy_;
};

}  // namespace migledger::adapters::sim
