#include "adapters/system_clock.h"

#include <time.h>

#include <chrono>

namespace migledger::adapters {

Time SystemClock::now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Duration SystemClock::elapsed() {
  timespec passed{};
  ::clock_gettime(CLOCK_BOOTTIME, &passed);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(passed.tv_sec) +
                                              std::chrono::nanoseconds(passed.tv_nsec));
}

}  // namespace migledger::adapters
