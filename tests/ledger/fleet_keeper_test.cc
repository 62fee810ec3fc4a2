#include "ledger/fold/fleet_keeper.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "ledger/merkle/merkle.h"
#include "tests/support/drafts.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/temp_directory.h"

namespace migledger::testing {

using ledger::check_fleet_snapshots;
using ledger::EventDraft;
using ledger::FleetSummary;
using ledger::load_fleet;
using ledger::Position;
using ledger::save_fleet;
using ledger::SnapshotStore;

namespace {

// A ledger of `migrations` migrations with some events each, and its snapshots.
struct Kept {
  explicit Kept(int migrations = 3) : snapshots(directory.path()) {
    EventDraft first = ledger_created();
    store.append_one(first);
    for (int i = 0; i < migrations; ++i) more(i);
  }
  void more(int n) {
    const auto stream = start_migration(store, "web-" + std::to_string(n));
    for (const char* state : {"ACCEPTED", "IN_PROGRESS", "DONE"}) {
      EventDraft draft = observed(stream, state);
      store.append_one(draft);
    }
  }
  FleetSummary fold(Position to) const {
    FleetSummary fleet;
    for (const auto cursor = store.scan(1, to); cursor->next();) fleet.apply(cursor->event());
    return fleet;
  }
  Position head() const { return store.head().position; }

  test::TempDirectory directory;
  MemoryEventStore store;
  SnapshotStore snapshots;
};

}  // namespace

TEST_CASE("without a snapshot, the fleet is folded from the start") {
  const Kept kept;
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.fleet == kept.fold(kept.head()));
  CHECK(loaded.snapshot == 0);
  CHECK(loaded.passed_over.empty());
}

TEST_CASE("from a snapshot and the events after it, the fleet is the same") {
  Kept kept;
  save_fleet(kept.store, kept.fold(kept.head()), {}, kept.snapshots);
  const Position saved = kept.head();
  kept.more(100);
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.snapshot == saved);
  CHECK(loaded.fleet == kept.fold(kept.head()));
}

TEST_CASE("the fleet at an earlier position does not use what came later") {
  Kept kept;
  save_fleet(kept.store, kept.fold(5), {}, kept.snapshots);
  save_fleet(kept.store, kept.fold(kept.head()), {}, kept.snapshots);
  for (Position at = 0; at <= kept.head(); ++at) {
    INFO(at);
    const auto loaded = load_fleet(kept.store, kept.snapshots, at);
    CHECK(loaded.fleet == kept.fold(at));
    CHECK(loaded.snapshot <= at);
  }
  CHECK(load_fleet(kept.store, kept.snapshots, kept.head() + 50).fleet == kept.fold(kept.head()));
}

TEST_CASE("at any of a thousand moments the fleet is the full fold, through the snapshots laid") {
  Kept kept(10'000);
  ledger::lay_fleet_snapshots(kept.store, kept.snapshots);
  std::mt19937 random(20261124);
  std::uniform_int_distribution<Position> draw(0, kept.head());
  std::vector<Position> moments(1000);
  for (auto& moment : moments) moment = draw(random);
  std::sort(moments.begin(), moments.end());
  FleetSummary folded;
  std::size_t near_one = 0;
  for (const Position moment : moments) {
    for (const auto cursor =
             static_cast<const ledger::EventStore&>(kept.store).scan(folded.position() + 1, moment);
         folded.position() < moment && cursor->next();)
      folded.apply(cursor->event());
    const auto loaded = load_fleet(kept.store, kept.snapshots, moment);
    INFO(moment);
    REQUIRE(loaded.fleet == folded);
    CHECK(moment - loaded.snapshot <= SnapshotStore::kSpacing);
    near_one += loaded.snapshot != 0 ? 1 : 0;
  }
  CHECK(near_one > 400);
}

TEST_CASE("a snapshot of a ledger that is longer than this one is not used") {
  Kept kept;
  save_fleet(kept.store, kept.fold(kept.head()), {}, kept.snapshots);
  kept.store.truncate(4);
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.fleet == kept.fold(4));
  CHECK(loaded.snapshot == 0);
}

TEST_CASE("snapshots that agree with the events are left alone") {
  Kept kept;
  CHECK(check_fleet_snapshots(kept.store, kept.snapshots).empty());
  save_fleet(kept.store, kept.fold(5), {}, kept.snapshots);
  CHECK(check_fleet_snapshots(kept.store, kept.snapshots).empty());
  save_fleet(kept.store, kept.fold(kept.head()), {}, kept.snapshots);
  CHECK(check_fleet_snapshots(kept.store, kept.snapshots).empty());
  CHECK(load_fleet(kept.store, kept.snapshots).snapshot == kept.head());
}

TEST_CASE("a snapshot that disagrees with the fold is discarded, and that is said") {
  Kept kept;
  // Of another history, but at a position that this ledger has.
  MemoryEventStore other;
  EventDraft first = ledger_created();
  other.append_one(first);
  const auto stream = start_migration(other, "somebody-else");
  while (other.head().position < kept.head()) {
    EventDraft draft = observed(stream, "OTHER");
    other.append_one(draft);
  }
  FleetSummary wrong;
  const ledger::EventStore& another = other;
  for (const auto cursor = another.scan(1); cursor->next();) wrong.apply(cursor->event());
  REQUIRE(wrong.position() == kept.head());

  SECTION("the only one") { save_fleet(kept.store, wrong, {}, kept.snapshots); }
  SECTION("the newer of two") {
    save_fleet(kept.store, kept.fold(5), {}, kept.snapshots);
    save_fleet(kept.store, wrong, {}, kept.snapshots);
  }
  const auto said = check_fleet_snapshots(kept.store, kept.snapshots);
  REQUIRE(said.size() == 1);
  CHECK(said[0].find(std::to_string(kept.head())) != std::string::npos);
  CHECK(said[0].find("disagrees") != std::string::npos);
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.fleet == kept.fold(kept.head()));
  CHECK(check_fleet_snapshots(kept.store, kept.snapshots).empty());
}

TEST_CASE("a snapshot that is no fleet summary is passed over, and that is said") {
  Kept kept;
  ledger::Snapshot snapshot;
  snapshot.kind = "fleet";
  snapshot.fold = FleetSummary::kFoldVersion;
  snapshot.position = kept.head();
  const ledger::EventStore& store = kept.store;
  const auto last = store.scan(kept.head());
  REQUIRE(last->next());
  snapshot.head = ledger::leaf_hash(last->bytes());
  snapshot.payload.assign(40, std::byte{0x5a});
  kept.snapshots.save(snapshot);
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.fleet == kept.fold(kept.head()));
  CHECK(loaded.snapshot == 0);
  REQUIRE(loaded.passed_over.size() == 1);
  CHECK(loaded.passed_over[0].find("not a fleet summary") != std::string::npos);
}

TEST_CASE("a snapshot of another ledger is passed over for an older one, and that is said") {
  Kept kept;
  save_fleet(kept.store, kept.fold(5), {}, kept.snapshots);
  MemoryEventStore other;
  EventDraft first = ledger_created();
  other.append_one(first);
  const auto stream = start_migration(other, "somebody-else");
  while (other.head().position < kept.head()) {
    EventDraft draft = observed(stream, "OTHER");
    other.append_one(draft);
  }
  FleetSummary theirs;
  const ledger::EventStore& another = other;
  for (const auto cursor = another.scan(1); cursor->next();) theirs.apply(cursor->event());
  save_fleet(other, theirs, {}, kept.snapshots);
  const auto loaded = load_fleet(kept.store, kept.snapshots);
  CHECK(loaded.fleet == kept.fold(kept.head()));
  CHECK(loaded.snapshot == 5);
  REQUIRE(loaded.passed_over.size() == 1);
  CHECK(loaded.passed_over[0].find("made of other events") != std::string::npos);
}

}  // namespace migledger::testing
