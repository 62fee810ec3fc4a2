// When faults stop, every migration comes to rest within bounded time, calls and events: done,
// failed with a reason, or waiting for a person with a reason and what they must do. The bounds are
// checked where the run is made (universe_asking.cc).
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

std::string unrest_of(const ledger::MigrationState& state, ledger::Position held) {
  using ledger::Status;
  switch (state.status) {
    case Status::done:
    case Status::cancelled:
    case Status::rolled_back:
      return {};
    case Status::failed:
      return state.reason.empty() ? "it failed without a reason" : "";
    case Status::parked:
      if (state.reason.empty()) return "it waits without a reason";
      return state.need.empty() ? "it waits, and does not say for what" : "";
    case Status::running:
      break;
  }
  if (state.paused != 0 || state.pause_at != ledger::kNoStep || held != 0) return {};
  return fmt::format("it is running, and nobody runs it ({})", state.reading.state);
}

}  // namespace migledger::simulation
