// A ledger that was put back from a copy has forgotten what happened after the copy was made. As
// the log shows it: between the event that says so and the one that says that it was compared with
// the cloud since, and may go on, no migration begins, no request and no page of objects.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_invariants.h"

namespace migledger::simulation {

void check_restoring(const ledger::EventStore& store) {
  ledger::Position restored = 0;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isRestored()) {
      const auto said = body.getRestored();
      if (!said.hasReconciled()) {
        restored = event.getPosition();
      } else if (event.getCause() != restored) {
        throw Violation(Rule::compared_before_acting,
                        fmt::format("the comparison at {} is about #{}, and the last restoring is "
                                    "#{}",
                                    event.getPosition(), event.getCause(), restored));
      } else if (said.getReconciled().getSettled()) {
        restored = 0;
      }
    }
    if (body.isRestored() && body.getRestored().hasReconciled())
      judged(Rule::compared_before_acting);
    if (restored != 0 && (body.isMigrationStarted() || body.isIntent() || body.isBulkBegun()))
      throw Violation(Rule::compared_before_acting,
                      fmt::format("position {} begins something, and the ledger was put back at {} "
                                  "and not compared with the cloud since",
                                  event.getPosition(), restored));
  }
}

}  // namespace migledger::simulation
