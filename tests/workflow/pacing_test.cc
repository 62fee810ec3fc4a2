#include "workflow/run/pacing.h"

#include <catch2/catch.hpp>

#include "tests/support/history.h"
#include "tests/support/rehearsal.h"

namespace migledger::testing {

using namespace std::chrono_literals;

namespace {

ledger::MigrationState waiting_since(Time entered, std::string_view interval = "30") {
  ledger::MigrationState state;
  state.entered = entered;
  state.plan.set("poll_interval_seconds", interval);
  return state;
}

workflow::Step step_of(Duration usual) {
  workflow::Step step;
  step.usual = usual;
  return step;
}

const Time kDay{std::chrono::hours(24 * 20000)};

}  // namespace

TEST_CASE("polls come at the plan's interval once the operation is due") {
  const auto state = waiting_since(kDay);
  const auto step = step_of(10min);
  const Time now = kDay + 10min;
  CHECK(workflow::next_poll(step, state, now) == now + 30s);
  CHECK(workflow::next_poll(step_of(0s), state, now) == now + 30s);
}

TEST_CASE("polls are rare while the operation is young, and come closer") {
  const auto state = waiting_since(kDay);
  const auto step = step_of(20min);
  Time now = kDay;
  Duration before = 1h;
  int polls = 0;
  while (now < kDay + 10min) {
    const Time next = workflow::next_poll(step, state, now);
    REQUIRE(next >= now + 30s);
    CHECK(next - now <= before);
    before = next - now;
    now = next;
    ++polls;
  }
  CHECK(polls <= 12);
  CHECK(workflow::next_poll(step, state, kDay) == kDay + 240s);
}

TEST_CASE("a short interval is short for the young, too") {
  auto state = waiting_since(kDay, "0.5");
  CHECK(workflow::next_poll(step_of(20min), state, kDay) == kDay + 4s);
}

TEST_CASE("those who began at different moments poll at the same") {
  const auto step = step_of(1min);
  const Time now = kDay + 10min + 7s;
  const Time a = workflow::next_poll(step, waiting_since(kDay + 1s), now);
  const Time b = workflow::next_poll(step, waiting_since(kDay + 11s), now + 5s);
  CHECK(a == b);
  CHECK(a.time_since_epoch() % 30s == 0s);
}

TEST_CASE("polls that miss a moment of the grid meet the next one") {
  const auto state = waiting_since(kDay);
  const Time now = kDay + 1h;
  CHECK(workflow::next_poll(step_of(0s), state, now + 1s) == now + 30s);
  CHECK(workflow::next_poll(step_of(0s), state, now + 29s) == now + 30s);
}

TEST_CASE("those who wait long, but not equally long, poll at the same moments") {
  const auto step = step_of(20min);
  const Time a = workflow::next_poll(step, waiting_since(kDay), kDay + 5s);
  const Time b = workflow::next_poll(step, waiting_since(kDay + 40s), kDay + 45s);
  CHECK(a == b);
}

TEST_CASE("one poll in two minutes is thorough, each when they are rarer") {
  for (const auto& [at, expected] :
       {std::pair{0s, true}, {30s, false}, {60s, false}, {90s, false}, {120s, true}}) {
    CHECK(workflow::thorough(waiting_since(kDay), kDay + at) == expected);
    CHECK(workflow::thorough(waiting_since(kDay, "120"), kDay + at));
  }
}

TEST_CASE("a check that may be put off is made at a common moment") {
  workflow::Step step;
  CHECK(workflow::gathering(step, kDay + 1s) == kDay + 1s);
  step.gather = 2min;
  CHECK(workflow::gathering(step, kDay) == kDay);
  CHECK(workflow::gathering(step, kDay + 1s) == kDay + 2min);
  CHECK(workflow::gathering(step, kDay + 2min - 1us) == kDay + 2min);
}

TEST_CASE("an interval that is no number, or hardly one, does no harm") {
  const Time now = kDay + 1h;
  for (const char* interval : {"", "soon", "0", "-5"}) {
    INFO(interval);
    CHECK(workflow::next_poll(step_of(0s), waiting_since(kDay, interval), now) == now + 30s);
  }
  CHECK(workflow::next_poll(step_of(0s), waiting_since(kDay, "0.0000001"), now) == now + 1ms);
}

}  // namespace migledger::testing
