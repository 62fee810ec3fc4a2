// Timelines of whole runs on the simulated tenancy.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"
#include "workflow/audit/timeline.h"

namespace migledger::testing {

using workflow::Ending;
using workflow::Fate;
using workflow::MigrationTimeline;
using workflow::Timeline;
using workflow::Wait;

namespace {

Timeline timeline_of(const ledger::EventStore& store,
                     ledger::Position until = ~ledger::Position{0}) {
  Timeline timeline;
  for (const auto cursor = store.scan(1, until); cursor->next();) timeline.apply(cursor->event());
  timeline.finish();
  return timeline;
}

const MigrationTimeline& first_of(const Timeline& timeline) {
  REQUIRE_FALSE(timeline.migrations().empty());
  return *timeline.migrations().front();
}

}  // namespace

TEST_CASE("the timeline of a whole run, rolled back, has every step and the fate of all it made") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  REQUIRE(rehearsal.run(plan).done == 1);
  const auto moved = rehearsal.store().head().position;
  REQUIRE(rehearsal.steer(workflow::Verb::ROLLBACK, "web-1").taken);
  REQUIRE(rehearsal.run(plan).undone == 1);

  const auto then = timeline_of(rehearsal.store(), moved);
  const auto made = then.resources(first_of(then));
  REQUIRE(made.size() >= 5);
  for (const auto& entry : made) CHECK(entry.fate == Fate::there);
  for (const auto& stay : first_of(then).stays) CHECK(stay.ending == Ending::succeeded);
  CHECK(first_of(then).book.state.status == ledger::Status::done);

  const auto now = timeline_of(rehearsal.store());
  const auto left = now.resources(first_of(now));
  CHECK(left.size() == made.size());
  for (const auto& entry : left) {
    CAPTURE(entry.id, entry.kind->noun);
    // A bucket stays: migrations share it.
    CHECK(entry.fate == (entry.kind->noun == "bucket" ? Fate::there : Fate::removed));
  }
  CHECK(first_of(now).stays.size() > first_of(then).stays.size());
  // It was about something until it had moved, and again when it was undone.
  CHECK(first_of(then).active.size() == 1);
  REQUIRE(first_of(now).active.size() == 2);
  CHECK(first_of(now).active[0].to == first_of(then).period.to);
  CHECK(first_of(now).active[1].to == first_of(now).period.to);
  // Stays follow each other.
  const auto& stays = first_of(now).stays;
  for (std::size_t i = 1; i < stays.size(); ++i)
    CHECK(stays[i].period.from >= stays[i - 1].period.to);
}

TEST_CASE("whatever kills a run, every intent is one attempt, and the times add up") {
  adapters::sim::TenancyOptions options;
  for (const auto fault : {adapters::sim::Fault::throttled, adapters::sim::Fault::lost_after,
                           adapters::sim::Fault::work_request_fails})
    options.faults.rates[static_cast<std::size_t>(fault)] = 0.05;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    options.seed = seed;
    Rehearsal rehearsal(options);
    rehearsal.run_with_kills(plan_of(3), 7 + static_cast<unsigned>(seed), 200);
    std::set<ledger::Position> intents;
    for (const auto cursor = rehearsal.store().scan(1, ~ledger::Position{0}); cursor->next();)
      if (cursor->event().getBody().isIntent()) intents.insert(cursor->event().getPosition());
    // At the end, and as it was in the middle.
    const auto head = rehearsal.store().head().position;
    for (const auto until : {head, head / 2, head / 3}) {
      CAPTURE(seed, until);
      const auto timeline = timeline_of(rehearsal.store(), until);
      std::set<ledger::Position> attempted;
      for (const auto& migration : timeline.migrations()) {
        Time before = migration->period.from;
        for (const auto& stay : migration->stays) {
          CHECK(stay.period.from >= before);
          CHECK(stay.period.to >= stay.period.from);
          CHECK((stay.ending != Ending::open || &stay == &migration->stays.back()));
          before = stay.period.to;
          for (const auto& attempt : stay.attempts) {
            CHECK(attempt.period.to >= attempt.period.from);
            CHECK((attempt.ending == Ending::open) == (attempt.outcome == 0));
            if (attempt.intent != 0) CHECK(attempted.insert(attempt.intent).second);
          }
          const auto spent = timeline.spent(*migration, stay.period);
          CHECK(spent.working + spent.waiting + spent.idle == spent.all);
          CHECK(spent.working >= Duration::zero());
        }
        CHECK(before <= migration->period.to);
        const auto spent = time_spent(timeline, *migration);
        CHECK(spent.working + spent.waiting + spent.idle == spent.all);
        CHECK(spent.all <= migration->period.length());
      }
      CHECK(attempted == std::set(intents.begin(), intents.upper_bound(until)));
    }
  }
}

TEST_CASE("a pause is a wait of the migration, and one of all is told apart") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  unsigned appends = 0;
  rehearsal.store().after_append = [&](ledger::Position) {
    if (++appends == 20) throw Killed{};
  };
  CHECK_THROWS_AS(rehearsal.run(plan), Killed);
  rehearsal.store().after_append = nullptr;
  REQUIRE(rehearsal.steer(workflow::Verb::PAUSE, "web-1").taken);
  const auto paused = timeline_of(rehearsal.store());
  REQUIRE(first_of(paused).waits.size() == 1);
  CHECK(first_of(paused).waits[0].kind == Wait::Kind::paused);
  CHECK(first_of(paused).waits[0].last == 0);
  REQUIRE(rehearsal.steer(workflow::Verb::RESUME, "web-1").taken);
  const auto resumed = timeline_of(rehearsal.store());
  CHECK(first_of(resumed).waits[0].last == rehearsal.store().head().position);
  const auto spent = time_spent(resumed, first_of(resumed));
  CHECK(spent.waiting == first_of(resumed).waits[0].period.length());
  CHECK(spent.all == first_of(resumed).period.length());
  REQUIRE(rehearsal.steer(workflow::Verb::PAUSE, "").taken);
  const auto held = timeline_of(rehearsal.store());
  CHECK(first_of(held).waits.size() == 1);
  REQUIRE(held.holds().size() == 1);
  CHECK(held.holds()[0].last == 0);
}

TEST_CASE("the pages of a walk through a bucket are attempts of its step, but no requests") {
  adapters::sim::TenancyOptions options;
  options.bucket_objects = 30;
  Rehearsal rehearsal(options);
  REQUIRE(rehearsal.run(bucket_plan(), approving()).done == 1);
  const auto timeline = timeline_of(rehearsal.store());
  std::uint64_t pages = 0;
  std::uint64_t requests = 0;
  for (const auto& stay : first_of(timeline).stays) {
    for (const auto& attempt : stay.attempts) {
      CHECK(attempt.ending == Ending::succeeded);
      if (attempt.page != 0) {
        ++pages;
        CHECK(attempt.outcome > attempt.intent);
        CHECK_FALSE(attempt.message.empty());
      } else if (attempt.intent != 0) {
        ++requests;
      }
    }
  }
  CHECK(pages > 0);
  CHECK(first_of(timeline).attempts == requests);
}

}  // namespace migledger::testing
