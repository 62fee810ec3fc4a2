#include "adapters/sim/records.h"

#include <array>

namespace migledger::adapters::sim {

std::string_view word_of(State state) {
  constexpr std::array<std::string_view, 18> kWords = {
      "GONE",           "PROVISIONING", "STARTING",    "RUNNING",   "STOPPING",  "STOPPED",
      "CREATING_IMAGE", "TERMINATING",  "TERMINATED",  "IMPORTING", "AVAILABLE", "EXPORTING",
      "DELETED",        "ACCEPTED",     "IN_PROGRESS", "SUCCEEDED", "COMPLETED", "FAILED"};
  return kWords[static_cast<std::size_t>(state)];
}

State Timeline::at(Time now) const {
  State state = phases.empty() ? State::gone : phases.front().state;
  for (const Phase& p : phases)
    if (p.from <= now) state = p.state;
  return state;
}

}  // namespace migledger::adapters::sim
