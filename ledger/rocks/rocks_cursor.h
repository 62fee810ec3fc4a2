// Cursors over the events of a RocksDB ledger. They trust nothing: every position must be there,
// and every event must say of itself what its key says.
#pragma once

#include <memory>

#include "ledger/event/event_store.h"

namespace migledger::ledger {

struct Database;

// Events with from <= position <= to; every one of them must exist. `database` must outlive it.
std::unique_ptr<EventCursor> scan_events(const Database& database, Position from, Position to);

// Events of `stream`, from `from_version` on, that the index lists. `database` must outlive it.
std::unique_ptr<EventCursor> scan_stream_events(const Database& database, StreamId stream,
                                                std::uint64_t from_version);

}  // namespace migledger::ledger
