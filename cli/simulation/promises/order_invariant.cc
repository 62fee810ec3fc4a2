// The order of the log: positions are dense from 1, versions dense in each stream, `time` is the
// larger of `rawTime` and the time before, causes and sessions lie before what names them.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

void check_order(const ledger::EventStore& store) {
  ledger::Position position = 0;
  std::int64_t time = 0;
  std::map<ledger::StreamId, std::uint64_t> versions;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    judged(Rule::log_in_order);
    if (event.getPosition() != ++position)
      throw Violation(Rule::log_in_order,
                      fmt::format("position {} follows {}", event.getPosition(), position - 1));
    if (event.getVersion() != ++versions[event.getStream()])
      throw Violation(Rule::log_in_order, fmt::format("position {} has version {} of its stream",
                                                      position, event.getVersion()));
    const std::int64_t expected = std::max(time, event.getRawTime());
    if (event.getTime() != expected)
      throw Violation(Rule::log_in_order,
                      fmt::format("position {} has a time that does not follow", position));
    time = event.getTime();
    if (event.getCause() >= position || event.getSession() > position)
      throw Violation(Rule::log_in_order,
                      fmt::format("position {} has its cause at {} and its session at {}", position,
                                  event.getCause(), event.getSession()));
  }
}

}  // namespace migledger::simulation
