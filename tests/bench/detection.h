// How late the end of an operation is noticed.
#pragma once

#include <string>
#include <vector>

#include "adapters/sim/tenancy.h"

namespace migledger::bench {

struct Detection {
  std::string region;
  bool of_object_storage = false;
  std::string work_request;
  Time at{};  // when its end was noticed
};
using Detections = std::vector<Detection>;

// Seconds between the end of an operation, as its work request has it, and its being noticed, on
// average. Asks the tenancy itself, at `now`, after the run. Throws std::runtime_error when it does
// not know one of them.
double mean_delay(const Detections& seen, adapters::sim::Tenancy& tenancy, Time now);

}  // namespace migledger::bench
