#include "tests/support/spawn_cost.h"

#include <algorithm>
#include <stdexcept>

#include "adapters/oci_cli/program/launcher.h"

namespace migledger::support {

std::chrono::nanoseconds least_spawn_time(int rounds) {
  using SteadyClock = std::chrono::steady_clock;
  adapters::Launcher launcher;
  adapters::ChildSpec spec;
  spec.program = "/bin/true";
  spec.directory = "/";
  auto least = std::chrono::nanoseconds::max();
  for (int round = 0; round < rounds; ++round) {
    const auto from = SteadyClock::now();
    launcher.start(static_cast<std::uint64_t>(round), spec);
    const auto end = launcher.wait(from + std::chrono::minutes(1));
    if (!end || end->exit_code != 0) throw std::runtime_error("/bin/true did not run");
    least = std::min<std::chrono::nanoseconds>(least, SteadyClock::now() - from);
  }
  return least;
}

}  // namespace migledger::support
