// FleetKeeper: the fleet summary of a ledger without folding all of it: from the newest snapshot
// and the events after it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/fold/snapshot_store.h"

namespace migledger::ledger {

// The name of the kind of its snapshots.
inline constexpr char kFleetKind[] = "fleet";

// The newest usable snapshot at or before `at_most`, which is of the events in `store`; nothing:
// fold from the start.
std::optional<FleetSummary> fleet_snapshot(const EventStore& store, const SnapshotStore& snapshots,
                                           Position at_most);

struct LoadedFleet {
  FleetSummary fleet;                    // at the head of `store`, or at `at_most`
  Position snapshot = 0;                 // where it was taken up from; 0: folded from the start
  std::vector<std::string> passed_over;  // a sentence for each snapshot that could not be used
};

// The summary at `at_most`, or at the head when that is earlier.
LoadedFleet load_fleet(const EventStore& store, const SnapshotStore& snapshots,
                       Position at_most = ~Position{0});

// Holds the newest snapshot against the fold from the one before it (or from the start), and
// removes it when they disagree; returns a sentence for each removed. Costs the events between
// them. For a writer, at opening.
std::vector<std::string> check_fleet_snapshots(const EventStore& store, SnapshotStore& snapshots);

// Saves a snapshot of the fold of events in `store`. `root` is the Merkle root of all up to it.
void save_fleet(const EventStore& store, const FleetSummary& fleet, const Digest& root,
                SnapshotStore& snapshots);

// Saves a snapshot at each multiple of the spacing that such a ledger has, in one pass over all its
// events: for a ledger that has none, because it was written by another version or without any.
// Takes about a second for three million events.
void lay_fleet_snapshots(const EventStore& store, SnapshotStore& snapshots);

// A snapshot is due after this many events: folding them takes some tens of milliseconds.
inline constexpr Position kSnapshotInterval = SnapshotStore::kSpacing;

}  // namespace migledger::ledger
