#include "tests/support/memory_event_store.h"

#include <catch2/catch.hpp>

#include "tests/support/drafts.h"

namespace migledger::testing {

TEST_CASE("memory store: a crash before the sync keeps nothing, after it everything", "[store]") {
  MemoryEventStore store;
  ledger::EventDraft first = ledger_created();
  store.before_append = [](ledger::Position p) { throw std::runtime_error(std::to_string(p)); };
  CHECK_THROWS_WITH(store.append_one(first), "1");
  CHECK(store.head().position == 0);
  store.before_append = nullptr;
  store.after_append = [](ledger::Position) { throw std::runtime_error("crash"); };
  CHECK_THROWS_WITH(store.append_one(first), "crash");
  CHECK(store.head().position == 1);
}

TEST_CASE("memory store: truncated, it is an older copy", "[store]") {
  MemoryEventStore store;
  ledger::EventDraft first = ledger_created(time_from_micros(5));
  store.append_one(first);
  const auto a = start_migration(store, "a");
  start_migration(store, "b");
  ledger::EventDraft last = observed(a, "x", time_from_micros(90));
  store.append_one(last);
  const auto whole = store.copy();
  store.truncate(2);
  CHECK(store.head().position == 2);
  CHECK(store.head().time == time_from_micros(5));
  CHECK(store.stream_version(a) == 1);
  CHECK_FALSE(store.find_stream("b"));
  CHECK(start_migration(store, "b") == 3);
  CHECK(whole->head().position == 4);
  CHECK(whole->stream_version(a) == 2);
}

}  // namespace migledger::testing
