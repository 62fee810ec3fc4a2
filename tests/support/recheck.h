// Decisions of a ledger made again: what a test of any run may ask when it is over.
#pragma once

#include <string>
#include <vector>

#include "ledger/event_store.h"

namespace migledger::testing {

// A line for each recorded decision that this build would make otherwise; other words count, too.
std::vector<std::string> disagreements_of(const ledger::EventStore& store);

}  // namespace migledger::testing
