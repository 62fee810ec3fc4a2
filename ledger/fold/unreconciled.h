// Whether a ledger that was restored from a copy has been compared with the cloud since.
#pragma once

#include "ledger/event/event_store.h"

namespace migledger::ledger {

// The position of the last restoring that no settled comparison with the cloud has followed; 0:
// there is none, and runs may act.
Position unreconciled(const EventStore& store);

}  // namespace migledger::ledger
