#include "adapters/system_clock.h"

#include <chrono>

namespace migledger::adapters {

Time SystemClock::now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

}  // namespace migledger::adapters
