// What every event store does, asked of each of them.
#include "ledger/event/event_store.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <thread>

#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace migledger::ledger {
namespace {

using namespace migledger::testing;  // NOLINT: drafts read like sentences

// A store that holds a ledgerCreated at position 1.
class Store {
 public:
  explicit Store(const std::string& which) {
    INFO(which);
    if (which == "memory") {
      store_ = std::make_unique<MemoryEventStore>();
      EventDraft first = ledger_created();
      store_->append_one(first);
    } else {
      store_ =
          RocksEventStore::create(directory_ / "ledger", Holder{1, "host", {}}, ledger_created());
    }
  }
  EventStore* operator->() const { return store_.get(); }
  EventStore& operator*() const { return *store_; }

 private:
  Scratch directory_;
  std::unique_ptr<EventStore> store_;
};

std::vector<Position> positions(EventCursor& cursor) {
  std::vector<Position> all;
  while (cursor.next()) all.push_back(cursor.event().getPosition());
  return all;
}

}  // namespace

#define STORES GENERATE(as<std::string>(), "memory", "rocks")

TEST_CASE("store: positions and versions are dense", "[store]") {
  const Store store(STORES);
  const StreamId a = start_migration(*store, "a");
  const StreamId b = start_migration(*store, "b");
  EventDraft drafts[] = {observed(a, "1"), observed(b, "1"), observed(a, "2")};
  CHECK(store->append(drafts) == 6);
  CHECK(drafts[0].reader().getPosition() == 4);
  CHECK(drafts[2].reader().getVersion() == 3);
  CHECK(store->head().position == 6);
  CHECK(store->stream_version(a) == 3);
  CHECK(store->stream_version(b) == 2);
  CHECK(store->stream_version(kLedgerStream) == 1);
  CHECK(store->stream_version(99) == 0);
  CHECK(positions(*store->scan(1)) == std::vector<Position>{1, 2, 3, 4, 5, 6});
  CHECK(positions(*store->scan(2, 4)) == std::vector<Position>{2, 3, 4});
  CHECK(positions(*store->scan(7)).empty());
  CHECK(positions(*store->scan(5, 4)).empty());
  CHECK(positions(*store->scan_stream(a)) == std::vector<Position>{2, 4, 6});
  CHECK(positions(*store->scan_stream(a, 3)) == std::vector<Position>{6});
  CHECK(positions(*store->scan_stream(a, 4)).empty());
  CHECK(positions(*store->scan_stream(99)).empty());
}

TEST_CASE("store: what is read is what was appended", "[store]") {
  const Store store(STORES);
  const StreamId a = start_migration(*store, "a");
  EventDraft draft = observed(a, "EXPORTING", time_from_micros(7));
  draft.header().setCause(a);
  store->append_one(draft);
  const auto cursor = store->scan(3);
  REQUIRE(cursor->next());
  CHECK(cursor->event().getStream() == a);
  CHECK(cursor->event().getSession() == 1);
  CHECK(cursor->event().getCause() == a);
  CHECK(cursor->event().getRawTime() == 7);
  CHECK(view(cursor->event().getBody().getObserved().getState()) == "EXPORTING");
  CHECK(cursor->bytes().size() % 8 == 0);
  CHECK_FALSE(cursor->next());
}

TEST_CASE("store: time never goes back, the raw reading stays", "[store]") {
  const Store store(STORES);
  EventDraft late = migration_started("late", time_from_micros(1000));
  EventDraft early = migration_started("early", time_from_micros(10));
  store->append_one(late);
  store->append_one(early);
  CHECK(early.reader().getTime() == 1000);
  CHECK(early.reader().getRawTime() == 10);
  CHECK(store->head().time == time_from_micros(1000));
}

TEST_CASE("store: a version conflict appends nothing of its batch", "[store]") {
  const Store store(STORES);
  const StreamId a = start_migration(*store, "a");
  EventDraft drafts[] = {observed(a, "1"), observed(a, "2")};
  drafts[0].expected_version = 1;
  drafts[1].expected_version = 1;
  try {
    store->append(drafts);
    FAIL("no conflict");
  } catch (const VersionConflict& e) {
    CHECK(e.stream == a);
    CHECK(e.expected == 1);
    CHECK(e.actual == 2);
  }
  CHECK(store->head().position == 2);
  CHECK(store->stream_version(a) == 1);
  drafts[1].expected_version = 2;
  CHECK(store->append(drafts) == 4);
}

TEST_CASE("store: migrations are found by name, and each name is used once", "[store]") {
  const Store store(STORES);
  const StreamId a = start_migration(*store, "a");
  CHECK(store->find_stream("a") == a);
  CHECK_FALSE(store->find_stream("b"));
  CHECK_FALSE(store->find_stream(""));
  CHECK(kind_of([&] { start_migration(*store, "a"); }) == LedgerErrorKind::refused);
  EventDraft twins[] = {migration_started("b"), migration_started("b")};
  CHECK(kind_of([&] { store->append(twins); }) == LedgerErrorKind::refused);
  CHECK_FALSE(store->find_stream("b"));
  CHECK(store->head().position == 2);
}

TEST_CASE("store: a refused batch is forgotten whole, its names and its versions", "[store]") {
  const Store store(STORES);
  const StreamId a = start_migration(*store, "a");
  EventDraft twins[] = {migration_started("b"), observed(a, "x"), migration_started("c"),
                        migration_started("b")};
  CHECK(kind_of([&] { store->append(twins); }) == LedgerErrorKind::refused);
  CHECK(store->stream_version(a) == 1);
  const StreamId b = start_migration(*store, "b");
  const StreamId c = start_migration(*store, "c");
  CHECK(store->find_stream("b") == b);
  CHECK(store->find_stream("c") == c);
  EventDraft next = observed(a, "y");
  next.expected_version = 1;
  CHECK(store->append_one(next) == 5);
  // The names that were taken in between stay taken.
  CHECK(kind_of([&] { start_migration(*store, "b"); }) == LedgerErrorKind::refused);
}

TEST_CASE("store: what cannot be placed is refused", "[store]") {
  const Store store(STORES);
  EventDraft nowhere = observed(17, "x");
  CHECK(kind_of([&] { store->append_one(nowhere); }) == LedgerErrorKind::refused);
  EventDraft headless = observed(kNewStream, "x");
  CHECK(kind_of([&] { store->append_one(headless); }) == LedgerErrorKind::refused);
  EventDraft huge = observed(kLedgerStream, std::string(kMaxEventBytes, 'x'));
  CHECK(kind_of([&] { store->append_one(huge); }) == LedgerErrorKind::too_large);
  CHECK(store->head().position == 1);
  CHECK(store->append({}) == 1);
}

TEST_CASE("store: a cursor does not see what is appended after it", "[store]") {
  const Store store(STORES);
  const auto cursor = store->scan(1);
  start_migration(*store, "a");
  CHECK(positions(*cursor) == std::vector<Position>{1});
}

TEST_CASE("store: appends of many threads all arrive, each once", "[store]") {
  const Store store(STORES);
  constexpr int kThreads = 8, kEach = 50;
  std::vector<StreamId> streams;
  for (int t = 0; t < kThreads; ++t)
    streams.push_back(start_migration(*store, "m" + std::to_string(t)));
  std::vector<std::thread> threads;
  std::atomic<int> conflicts = 0;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        EventDraft good = observed(streams[t], std::to_string(i));
        good.expected_version = static_cast<std::uint64_t>(i) + 1;
        store->append_one(good);
        EventDraft bad = observed(streams[t], "bad");
        bad.expected_version = 1'000'000;
        try {
          store->append_one(bad);
        } catch (const VersionConflict&) {
          ++conflicts;
        }
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(conflicts == kThreads * kEach);
  CHECK(store->head().position == 1 + kThreads + kThreads * kEach);
  CHECK(positions(*store->scan(1)).size() == store->head().position);
  for (const StreamId stream : streams) {
    const auto cursor = store->scan_stream(stream, 2);
    for (int i = 0; i < kEach; ++i) {
      REQUIRE(cursor->next());
      CHECK(view(cursor->event().getBody().getObserved().getState()) == std::to_string(i));
    }
    CHECK_FALSE(cursor->next());
  }
}

}  // namespace migledger::ledger
