// What a ledger says of one migration: the fold of its stream.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/event/event_store.h"
#include "ledger/fold/migration_state.h"

namespace migledger::ledger {

// Of the migration whose stream that is, up to the head. Throws LedgerError.
MigrationState recorded_state(const EventStore& store, StreamId stream);

// Of the migration of that name; nothing when none has begun. Throws LedgerError.
std::optional<MigrationState> recorded_state(const EventStore& store, std::string_view migration);

}  // namespace migledger::ledger
