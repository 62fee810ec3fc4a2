// A ledger that was put back from a copy, and when runs may act on it again.
#include "workflow/reconcile/restored.h"

#include <catch2/catch.hpp>

#include "ledger/fold/unreconciled.h"
#include "tests/support/drafts.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/rehearsal.h"

namespace migledger::workflow {
namespace {

using testing::MemoryEventStore;

ledger::Position put_back(ledger::EventStore& store) {
  auto draft = restored({}, {"/backup", store.head().position, {}, "disk replaced"});
  return store.append_one(draft);
}

ledger::Position look(ledger::EventStore& store, ledger::Position restoring, bool settled) {
  auto draft = reconciled({ledger::kLedgerStream, {}, 0, restoring}, {}, settled);
  return store.append_one(draft);
}

Finding finding(Finding::Verdict verdict, std::string migration = "web-1",
                std::string region = "us-ashburn-1") {
  Finding found;
  found.verdict = verdict;
  found.what = "image";
  found.migration = std::move(migration);
  found.region = std::move(region);
  return found;
}

}  // namespace

TEST_CASE("restored: until a settled comparison follows the last restoring, runs may not act") {
  MemoryEventStore in_memory;
  ledger::EventStore& store = in_memory;
  auto first = testing::ledger_created();
  store.append_one(first);
  CHECK(ledger::unreconciled(store) == 0);
  const auto restoring = put_back(store);
  CHECK(ledger::unreconciled(store) == restoring);
  look(store, restoring, false);
  CHECK(ledger::unreconciled(store) == restoring);
  look(store, restoring, true);
  CHECK(ledger::unreconciled(store) == 0);
  const auto again = put_back(store);
  CHECK(ledger::unreconciled(store) == again);
  // What was found after an earlier restoring says nothing of this one.
  look(store, restoring, true);
  CHECK(ledger::unreconciled(store) == again);
  look(store, again, true);
  CHECK(ledger::unreconciled(store) == 0);
}

TEST_CASE("restored: compared a settle window later, by whichever clock that comes first") {
  using namespace std::chrono_literals;
  const Time then = time_from_micros(1'800'000'000'000'000);
  MemoryEventStore in_memory;
  ledger::EventStore& store = in_memory;
  auto draft = restored({ledger::kLedgerStream, then, 0, 0}, {"/backup", 0, {}, "disk replaced"});
  const auto restoring = store.append_one(draft);
  Plan plan;
  CHECK(comparable_from(store, restoring, plan, then) == then + 600s);
  CHECK(comparable_from(store, restoring, plan, then + 1h) == then + 600s);
  // The clock went back since: a whole window from now is long enough.
  CHECK(comparable_from(store, restoring, plan, then - 24h) == then - 24h + 600s);
  plan.migrations.resize(2);
  plan.migrations[0].fields.set("settle_seconds", "900");
  plan.migrations[1].fields.set("settle_seconds", "300");
  CHECK(comparable_from(store, restoring, plan, then) == then + 900s);
}

TEST_CASE("restored: what was made a moment before is found, although lists are late") {
  using testing::Rehearsal;
  const auto plan = testing::plan_of(1);
  const auto options = testing::approving();
  Rehearsal::for_each_forgetting(plan, options, "claim", [&](Rehearsal& rehearsal) {
    ledger::EventStore& store = rehearsal.store();
    const Time now = rehearsal.tenancy().clock();
    auto draft = restored({ledger::kLedgerStream, now, 0, 0},
                          {"/backup", store.head().position, {}, "a test"});
    const auto restoring = store.append_one(draft);
    {
      adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 8});
      const auto after = compare_restored(
          store, restoring, cloud, cloud, plan, {}, false,
          [orders = 0]() mutable {
            Order order;
            order.id = "order-" + std::to_string(++orders);
            order.verb = Verb::ADOPT;
            return order;
          },
          workflow_named);
      REQUIRE(after.settled);
      CHECK(cloud.now() >= now + std::chrono::minutes(10));
    }
    CHECK(rehearsal.run(plan, options).done == 1);
    testing::check_each_made_once(rehearsal, 1);
  });
}

TEST_CASE("restored: what is recorded says from where, how far, and why") {
  MemoryEventStore in_memory;
  ledger::EventStore& store = in_memory;
  auto first = testing::ledger_created();
  store.append_one(first);
  const auto position = put_back(store);
  const auto cursor = store.scan(position, position);
  REQUIRE(cursor->next());
  const auto body = cursor->event().getBody().getRestored();
  CHECK(ledger::view(body.getFrom()) == "/backup");
  CHECK(body.getPosition() == 1);
  CHECK(body.getRoot().size() == 32);
  CHECK(ledger::view(body.getReason()) == "disk replaced");
  CHECK_FALSE(body.hasReconciled());
}

TEST_CASE("restored: what is known or will be adopted lets runs go on, the rest does not") {
  using Verdict = Finding::Verdict;
  const auto settled = [](Finding found, bool accepted) {
    return compare({finding(Verdict::known), std::move(found)}).settled(accepted);
  };
  CHECK(settled(finding(Verdict::known), false));
  CHECK(settled(finding(Verdict::orphaned), false));
  for (const auto& doubtful :
       {finding(Verdict::missing), finding(Verdict::drifted), finding(Verdict::orphaned, ""),
        finding(Verdict::unseen, "web-1", "")}) {
    CAPTURE(static_cast<int>(doubtful.verdict));
    CHECK_FALSE(settled(doubtful, false));
    CHECK(settled(doubtful, true));
  }
  // Nobody can accept what nobody has seen.
  CHECK_FALSE(settled(finding(Verdict::unseen), false));
  CHECK_FALSE(settled(finding(Verdict::unseen), true));
}

TEST_CASE("restored: findings are counted all and told in part, so that they fit an event") {
  const std::vector<Finding> many(5000, finding(Finding::Verdict::missing, std::string(63, 'x')));
  const Comparison comparison = compare(many);
  CHECK(comparison.missing == 5000);
  CHECK(comparison.findings.size() < 100);
  MemoryEventStore in_memory;
  ledger::EventStore& store = in_memory;
  auto first = testing::ledger_created();
  store.append_one(first);
  auto draft = reconciled({ledger::kLedgerStream, {}, 0, 1}, comparison, false);
  CHECK(store.append_one(draft) == 2);
}

}  // namespace migledger::workflow
