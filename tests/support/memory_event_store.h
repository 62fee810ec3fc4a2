// The in-memory store under the name that tests know it by.
#pragma once

#include "ledger/store/memory_event_store.h"

namespace migledger::testing {

using ledger::MemoryEventStore;

}  // namespace migledger::testing
