#include "ledger/fold/unreconciled.h"

#include "ledger/base/planted.h"

namespace migledger::ledger {

Position unreconciled(const EventStore& store) {
  if (planted(PlantedBug::forget_restoring)) return 0;
  Position open = 0;
  for (const auto cursor = store.scan_stream(kLedgerStream); cursor->next();) {
    const auto event = cursor->event();
    if (!event.getBody().isRestored()) continue;
    const auto restored = event.getBody().getRestored();
    if (!restored.hasReconciled()) {
      open = event.getPosition();
    } else if (restored.getReconciled().getSettled() && event.getCause() == open) {
      open = 0;
    }
  }
  return open;
}

}  // namespace migledger::ledger
