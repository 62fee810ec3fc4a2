// Decisions of a ledger made again: what a test of any run may ask when it is over.
#pragma once

#include <string>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::testing {

enum class OtherWords { counted, ignored };

// A line for each recorded decision that this build would make otherwise, or say in other words.
std::vector<std::string> disagreements_of(const ledger::EventStore& store,
                                          OtherWords words = OtherWords::counted);

}  // namespace migledger::testing
