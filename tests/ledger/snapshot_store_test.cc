#include "ledger/fold/snapshot_store.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <stdexcept>

#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

using testing::Scratch;

Snapshot snapshot_at(Position position, std::string_view payload = "payload") {
  const auto bytes = bytes_of(payload);
  return {"fleet",
          3,
          position,
          sha256(bytes_of("root")),
          sha256(bytes_of("head")),
          {bytes.begin(), bytes.end()}};
}

}  // namespace

TEST_CASE("snapshots: the newest at or below a position is loaded, the newest two are kept") {
  const Scratch scratch;
  SnapshotStore store(scratch.path());
  CHECK_FALSE(store.load("fleet", 3, 100).snapshot);
  for (const Position position : {5, 90, 100}) store.save(snapshot_at(position));
  const auto newest = store.load("fleet", 3, 1000);
  REQUIRE(newest.snapshot);
  CHECK(newest.snapshot->position == 100);
  CHECK(newest.snapshot->root == sha256(bytes_of("root")));
  CHECK(newest.snapshot->head == sha256(bytes_of("head")));
  CHECK(newest.snapshot->payload == snapshot_at(1).payload);
  CHECK(newest.passed_over.empty());
  CHECK(store.load("fleet", 3, 99).snapshot->position == 90);
  CHECK_FALSE(store.load("fleet", 3, 89).snapshot);
  CHECK_FALSE(store.load("timeline", 3, 1000).snapshot);
  store.discard("fleet", 100);
  CHECK(store.load("fleet", 3, 1000).snapshot->position == 90);
  // A ledger that goes on from an older copy has other events there.
  store.save(snapshot_at(40));
  CHECK(store.load("fleet", 3, 1000).snapshot->position == 40);
  CHECK_THROWS_AS(store.save({"../fleet", 1, 1, {}, {}, {}}), std::invalid_argument);
}

TEST_CASE("snapshots: over a long ledger they are spaced, and never too many") {
  const Scratch scratch;
  SnapshotStore store(scratch.path());
  constexpr Position kEvents = 5'000'000;
  for (Position position = 7000; position <= kEvents; position += 7000)
    store.save(snapshot_at(position));
  const Position spacing = SnapshotStore::spacing_at(kEvents);
  CHECK(spacing == 32768);
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& file :
       std::filesystem::directory_iterator(scratch / "snapshots"))
    ++count;
  CHECK(count >= kEvents / spacing);
  CHECK(count <= SnapshotStore::kMostSpaced + 2);
  for (Position at = spacing + 7000; at < kEvents; at += 12345) {
    INFO(at);
    const auto loaded = store.load("fleet", 3, at);
    REQUIRE(loaded.snapshot);
    CHECK(at - loaded.snapshot->position < spacing + 7000);
  }
  // Those of a ledger that was longer go.
  store.save(snapshot_at(100'000));
  CHECK(store.load("fleet", 3, kEvents).snapshot->position == 100'000);
}

TEST_CASE("snapshots: a damaged one is passed over and said") {
  const Scratch scratch;
  SnapshotStore store(scratch.path());
  store.save(snapshot_at(5));
  store.save(snapshot_at(10));
  const auto file = scratch / "snapshots" / "fleet-10";
  const std::string whole = testing::read_all(file);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    testing::write_all(file, changed);
    const auto loaded = store.load("fleet", 3, 10);
    CHECK(loaded.snapshot->position == 5);
    CHECK(loaded.passed_over.size() == 1);
    testing::write_all(file, whole.substr(0, at));
    CHECK(store.load("fleet", 3, 10).snapshot->position == 5);
  }
  testing::write_all(file, whole + "x");
  CHECK(store.load("fleet", 3, 10).snapshot->position == 5);
}

TEST_CASE("snapshots: one of another version of the fold is passed over and said") {
  const Scratch scratch;
  SnapshotStore store(scratch.path());
  store.save(snapshot_at(5));
  const auto loaded = store.load("fleet", 4, 10);
  CHECK_FALSE(loaded.snapshot);
  REQUIRE(loaded.passed_over.size() == 1);
  CHECK_THAT(loaded.passed_over[0], Catch::Contains("version 3 of its fold, not 4"));
}

TEST_CASE("snapshots: one of an older form is passed over and said") {
  const Scratch scratch;
  SnapshotStore store(scratch.path());
  store.save(snapshot_at(5));
  const auto file = scratch / "snapshots" / "fleet-5";
  testing::write_all(file, "migledger-snapshot 1\nkind: fleet\nfold: 3\nposition: 5\n");
  const auto loaded = store.load("fleet", 3, 10);
  CHECK_FALSE(loaded.snapshot);
  REQUIRE(loaded.passed_over.size() == 1);
  CHECK_THAT(loaded.passed_over[0], Catch::Contains("older form"));
}

}  // namespace migledger::ledger
