// The index of streams and names: derived from the events, written with them, never believed over
// them (FORMAT.md, "The index").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/event_store.h"

namespace migledger::ledger {

struct Database;

// The version of the stream's last event; 0 when there is none. Throws LedgerError.
std::uint64_t indexed_version(const Database& database, StreamId stream);

// The stream of that migration. Throws LedgerError.
std::optional<StreamId> indexed_stream(const Database& database, std::string_view migration);

// Whether the index knows the event at `head`, and no rebuilding of it was interrupted: cheap.
bool index_is_current(const Database& database, Position head);

// Reads everything, up to `head`, and compares. Nothing when they agree; otherwise what differs.
std::optional<std::string> compare_index(const Database& database, Position head);

// Writes the index anew from the events up to `head`. Can be interrupted and done again.
void rebuild_index(Database& database, Position head);

}  // namespace migledger::ledger
