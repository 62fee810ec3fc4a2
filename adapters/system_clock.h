// The machine's clock.
#pragma once

#include "workflow/cloud/cloud.h"

namespace migledger::adapters {

// UTC in microseconds from CLOCK_REALTIME. It may jump when the machine's time is set; callers that
// need order, not truth, make it non-decreasing themselves. Callable from a signal handler.
class SystemClock final : public workflow::Clock {
 public:
  Time now() override;
  // CLOCK_BOOTTIME: it goes on while the machine sleeps.
  Duration elapsed() override;
};

}  // namespace migledger::adapters
