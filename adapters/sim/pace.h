// Pace: real time, for a simulated clock that is tied to it.
#pragma once

#include <memory>

#include "ledger/base/time.h"

namespace migledger::adapters::sim {

class Pace {
 public:
  virtual ~Pace() = default;
  // Real time since some moment; never goes back.
  virtual Duration elapsed() = 0;
  // Waits that long, or until interrupt(). Returns false when interrupted, also by an interrupt()
  // that came before.
  virtual bool wait(Duration at_most) = 0;
  // Callable from a signal handler.
  virtual void interrupt() = 0;
};

// The machine's monotonic clock. Throws std::system_error when there are no descriptors left.
std::unique_ptr<Pace> real_pace();

}  // namespace migledger::adapters::sim
