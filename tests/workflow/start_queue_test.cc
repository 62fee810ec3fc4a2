#include "workflow/run/start_queue.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using workflow::PlannedMigration;
using workflow::StartQueue;

namespace {

PlannedMigration planned(std::string name, std::vector<std::string> depends_on = {}) {
  PlannedMigration migration;
  migration.name = std::move(name);
  migration.depends_on = std::move(depends_on);
  return migration;
}

std::string taken(StartQueue& queue) {
  std::string names;
  while (const auto* next = queue.take()) names += next->name + " ";
  return names;
}

bool none_done(const std::string&) { return false; }

// Counts how often it is looked for a migration by name.
class CountingStore : public MemoryEventStore {
 public:
  std::optional<ledger::StreamId> find_stream(std::string_view migration) const override {
    ++lookups;
    return MemoryEventStore::find_stream(migration);
  }
  mutable std::size_t lookups = 0;
};

std::size_t lookups_of_chain(unsigned count) {
  Rehearsal rehearsal;
  auto counting = std::make_unique<CountingStore>();
  counting->take_over(rehearsal.store());
  const CountingStore& store = *counting;
  rehearsal.replace_store(std::move(counting));
  auto plan = plan_of(count);
  for (unsigned i = 1; i < count; ++i)
    plan.migrations[i].depends_on = {plan.migrations[i - 1].name};
  CHECK(rehearsal.run(plan).done == count);
  return store.lookups;
}

}  // namespace

TEST_CASE("start queue: what depends on nothing comes in the order of the plan") {
  const std::vector<PlannedMigration> plan = {planned("c"), planned("a"), planned("b")};
  StartQueue queue;
  for (const auto& one : plan) queue.add(one, none_done);
  CHECK(taken(queue) == "c a b ");
  CHECK(queue.left().empty());
}

TEST_CASE("start queue: what waits comes when all of what it waits for is done") {
  const std::vector<PlannedMigration> plan = {planned("web", {"db", "cache"}), planned("db"),
                                              planned("cache")};
  StartQueue queue;
  for (const auto& one : plan) queue.add(one, none_done);
  CHECK(taken(queue) == "db cache ");
  queue.done("db");
  CHECK(taken(queue).empty());
  queue.done("cache");
  CHECK(taken(queue) == "web ");
}

TEST_CASE("start queue: of those that may begin, the first in the plan comes first") {
  const std::vector<PlannedMigration> plan = {planned("a", {"x"}), planned("b"), planned("c")};
  StartQueue queue;
  for (const auto& one : plan) queue.add(one, none_done);
  CHECK(queue.take()->name == "b");
  queue.done("x");
  CHECK(queue.take()->name == "a");
  CHECK(queue.take()->name == "c");
}

TEST_CASE("start queue: what was done and is rolled back before is waited for again") {
  const std::vector<PlannedMigration> plan = {planned("web", {"db"})};
  StartQueue queue;
  queue.add(plan[0], none_done);
  queue.done("db");
  queue.undone("db");
  CHECK(taken(queue).empty());
  REQUIRE(queue.left().size() == 1);
  queue.done("db");
  CHECK(taken(queue) == "web ");
}

TEST_CASE("start queue: what an earlier run got done is not waited for") {
  const std::vector<PlannedMigration> plan = {planned("web", {"db"})};
  StartQueue queue;
  queue.add(plan[0], [](const std::string& name) { return name == "db"; });
  CHECK(taken(queue) == "web ");
}

TEST_CASE("start queue: a dependency that is named twice is one") {
  const std::vector<PlannedMigration> plan = {planned("web", {"db", "db"})};
  StartQueue queue;
  queue.add(plan[0], none_done);
  queue.done("db");
  CHECK(taken(queue) == "web ");
}

TEST_CASE("start queue: what is done is told for those it concerns only, however many there are") {
  constexpr unsigned kMany = 20000;
  std::vector<PlannedMigration> plan;
  plan.push_back(planned("0"));
  for (unsigned i = 1; i < kMany; ++i)
    plan.push_back(planned(fmt::format("{}", i), {fmt::format("{}", i - 1)}));
  StartQueue queue;
  std::size_t asked = 0;
  for (const auto& one : plan)
    queue.add(one, [&](const std::string&) {
      ++asked;
      return false;
    });
  CHECK(asked == kMany - 1);
  for (unsigned i = 0; i < kMany; ++i) {
    const auto* next = queue.take();
    REQUIRE(next);
    REQUIRE(next->name == plan[i].name);
    REQUIRE(queue.take() == nullptr);
    queue.done(next->name);
  }
}

TEST_CASE("a chain asks the ledger for each migration a fixed number of times") {
  const std::size_t few = lookups_of_chain(20);
  const std::size_t many = lookups_of_chain(80);
  CHECK(many <= 4 * few + 4);
}

}  // namespace migledger::testing
