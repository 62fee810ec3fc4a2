// Secrets that older versions recorded in a way that gives them away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::workflow {

struct ExposedSecret {
  std::string migration;
  std::string key;  // of its metadata
  bool clear;  // the value stands in the ledger; otherwise a plain digest, which can be tried out
  ledger::Position position;  // of the plan that holds it first
};

// Those in the plans that the events up to `until` record, each once, in the order of the events.
// Throws LedgerError when the store does.
std::vector<ExposedSecret> exposed_secrets(const ledger::EventStore& store,
                                           ledger::Position until = ~ledger::Position{0});

// A sentence that names them, without its end; empty when there are none.
std::string words_of(const std::vector<ExposedSecret>& exposed);

// What to do about them.
inline constexpr std::string_view kExposedAdvice =
    "change those secrets, and keep this ledger and its copies to yourselves";

}  // namespace migledger::workflow
