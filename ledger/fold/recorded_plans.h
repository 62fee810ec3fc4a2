// The plans that a ledger records: of each migration, the one it began with and those after it.
#pragma once

#include <functional>
#include <string>

#include "ledger/event/event_store.h"

namespace migledger::ledger {

// Valid during the call that shows it.
struct RecordedPlan {
  Position position;  // of the event
  StreamId stream;
  const std::string& migration;
  capnp::List<schema::Field>::Reader plan;
  capnp::List<capnp::Text>::Reader depends_on;
};

// Calls f for each plan, in the order of the events, up to `until`. Throws LedgerError.
void for_each_plan(const EventStore& store, Position until,
                   const std::function<void(const RecordedPlan&)>& f);

}  // namespace migledger::ledger
