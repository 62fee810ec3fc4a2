// What a ledger knows to be in the cloud, put into a simulated tenancy, so that a dry run or a fork
// can go on from there. What was under way counts as done; what was not known is not there.
#pragma once

#include <string>

#include "adapters/sim/provisioned/recalled.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

// Adds what is known at `until` of one migration of the ledger with that id. Of the objects in
// buckets that are replicated nothing is: the ledger counts them, and does not name them.
void recall_known(const ledger::EventStore& store, ledger::StreamId stream, ledger::Position until,
                  const std::string& ledger_id, adapters::sim::Recalled& known);

}  // namespace migledger::cli
