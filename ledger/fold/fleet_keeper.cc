#include "ledger/fold/fleet_keeper.h"

#include <algorithm>

#include "ledger/merkle/merkle.h"

namespace migledger::ledger {

namespace {

// `fleet` moved on to `to`.
void fold(const EventStore& store, FleetSummary& fleet, Position to) {
  if (fleet.position() >= to) return;
  for (const auto cursor = store.scan(fleet.position() + 1, to); cursor->next();)
    fleet.apply(cursor->event());
}

struct FromSnapshot {
  FleetSummary fleet;
  Position position = 0;
  std::vector<std::string> passed_over;
};

// The leaf hash of the event at `position`; nothing when there is none.
std::optional<Digest> leaf_at(const EventStore& store, Position position) {
  const auto cursor = store.scan(position, position);
  if (position == 0 || !cursor->next()) return std::nullopt;
  return leaf_hash(cursor->bytes());
}

FromSnapshot from_snapshot(const EventStore& store, const SnapshotStore& snapshots,
                           Position at_most) {
  FromSnapshot from;
  while (true) {
    auto loaded = snapshots.load(kFleetKind, FleetSummary::kFoldVersion, at_most);
    for (auto& sentence : loaded.passed_over) from.passed_over.push_back(std::move(sentence));
    if (!loaded.snapshot) return from;
    const Position position = loaded.snapshot->position;
    const bool ours = leaf_at(store, position) == loaded.snapshot->head;
    auto fleet = FleetSummary::load(loaded.snapshot->payload);
    if (ours && fleet && fleet->position() == position) {
      from.position = position;
      from.fleet = std::move(*fleet);
      return from;
    }
    from.passed_over.push_back(
        "the snapshot " + snapshots.file_of(kFleetKind, position).string() +
        (ours ? " is not a fleet summary" : " was made of other events than are here") +
        "; it is not used");
    if (position == 0) return from;
    at_most = position - 1;
  }
}

}  // namespace

std::optional<FleetSummary> fleet_snapshot(const EventStore& store, const SnapshotStore& snapshots,
                                           Position at_most) {
  FromSnapshot from = from_snapshot(store, snapshots, at_most);
  if (from.position == 0) return std::nullopt;
  return std::move(from.fleet);
}

LoadedFleet load_fleet(const EventStore& store, const SnapshotStore& snapshots, Position at_most) {
  const Position to = std::min(at_most, store.head().position);
  FromSnapshot from = from_snapshot(store, snapshots, to);
  LoadedFleet loaded{std::move(from.fleet), from.position, std::move(from.passed_over)};
  fold(store, loaded.fleet, to);
  return loaded;
}

std::vector<std::string> check_fleet_snapshots(const EventStore& store, SnapshotStore& snapshots) {
  const Position head = store.head().position;
  FromSnapshot newest = from_snapshot(store, snapshots, head);
  std::vector<std::string> said = std::move(newest.passed_over);
  if (newest.position == 0) return said;
  FromSnapshot before = from_snapshot(store, snapshots, newest.position - 1);
  fold(store, before.fleet, newest.position);
  if (before.fleet == newest.fleet) return said;
  snapshots.discard(kFleetKind, newest.position);
  // Whichever of the two is wrong, neither is needed: the log is the truth.
  if (before.position != 0) snapshots.discard(kFleetKind, before.position);
  said.push_back("the snapshot at position " + std::to_string(newest.position) +
                 " disagrees with the events; it was removed, the log is unharmed");
  return said;
}

void save_fleet(const EventStore& store, const FleetSummary& fleet, const Digest& root,
                SnapshotStore& snapshots) {
  Snapshot snapshot;
  snapshot.kind = kFleetKind;
  snapshot.fold = FleetSummary::kFoldVersion;
  snapshot.position = fleet.position();
  snapshot.root = root;
  snapshot.head = leaf_at(store, fleet.position()).value_or(Digest{});
  snapshot.payload = fleet.save();
  snapshots.save(snapshot);
}

void lay_fleet_snapshots(const EventStore& store, SnapshotStore& snapshots) {
  const Position head = store.head().position;
  const Position spacing = SnapshotStore::spacing_at(head);
  FleetSummary fleet;
  MerkleFrontier tree;
  for (const auto cursor = store.scan(1, head); cursor->next();) {
    fleet.apply(cursor->event());
    tree.append(leaf_hash(cursor->bytes()));
    if (fleet.position() % spacing == 0 || fleet.position() == head)
      save_fleet(store, fleet, tree.root(), snapshots);
  }
}

}  // namespace migledger::ledger
