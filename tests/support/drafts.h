// Short drafts for tests of stores and folds.
#pragma once

#include <string>

#include "ledger/event/event_store.h"

namespace migledger::testing {

ledger::EventDraft ledger_created(Time time = {});
ledger::EventDraft migration_started(const std::string& name, Time time = {});

// An event of `stream` that carries `text`.
ledger::EventDraft observed(ledger::StreamId stream, const std::string& text, Time time = {});

// Starts a migration; returns its stream.
ledger::StreamId start_migration(ledger::EventStore& store, const std::string& name);

}  // namespace migledger::testing
