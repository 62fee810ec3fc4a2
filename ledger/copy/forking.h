// Forking: a new ledger that goes on from a moment of another one, as a rehearsal (FORMAT.md,
// "Forks").
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/store/rocks_event_store.h"

namespace migledger::ledger {

// Makes a ledger in `directory` as RocksEventStore::create does. Its first event is that of
// `origin`, but bound to the cloud "sim" and to no tenancy and endpoints; events 2 … `position` are
// those of `origin`, byte for byte; then one of kind forked says so, of that session. `opened` is
// the sessionOpened that stands before it. Throws LedgerError: refused also when `position` is 0 or
// beyond the head, when `origin` holds events of a kind that this version does not know, and when
// `directory` is a ledger already.
std::unique_ptr<RocksEventStore> fork_ledger(const EventStore& origin, Position position,
                                             const std::filesystem::path& directory,
                                             const Holder& holder, EventDraft opened, Time now);

// Whether `store` goes on from another ledger.
bool is_fork(const EventStore& store);

}  // namespace migledger::ledger
