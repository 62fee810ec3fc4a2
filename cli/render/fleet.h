// The whole ledger as rows, up to a position, and migrations by name.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/event_store.h"
#include "ledger/fold/fleet_summary.h"

namespace migledger::cli {

// A summary to start folding from, whose position is at most `at_most`; nothing: from the start.
// Null: there are no snapshots.
using FleetStart = std::function<std::optional<ledger::FleetSummary>(ledger::Position at_most)>;

// The fold of the events up to `until`.
ledger::FleetSummary load_fleet(const ledger::EventStore& store, ledger::Position until,
                                const FleetStart& start = {});

// The stream of that migration, whenever it started. Throws UsageError, with the nearest name there
// is, when there is none; only then the ledger is folded.
ledger::StreamId find_migration(const ledger::EventStore& store, std::string_view name,
                                const FleetStart& start = {});

// "; did you mean "web-1"?" when the ledger has no migration of that name, and one that is near;
// empty otherwise.
std::string hint_of_name(const ledger::EventStore& store, std::string_view name,
                         const FleetStart& start = {});

}  // namespace migledger::cli
