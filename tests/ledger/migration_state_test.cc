#include "ledger/fold/migration_state.h"

#include <catch2/catch.hpp>

#include "ledger/base/errors.h"
#include "tests/support/history.h"
#include "tests/support/rehearsal.h"

namespace migledger::testing {

using ledger::Phase;
using ledger::Status;
using ledger::schema::Ended;
using ledger::schema::Outcome;
using ledger::schema::Parked;
using workflow::ErrorClass;
using Found = workflow::Sighting::Kind;

namespace {

History at_step(std::string_view step) {
  History history(sample_migration("web"));
  history.done_before(step);
  return history;
}

}  // namespace

TEST_CASE("a migration begins with its plan and its steps") {
  auto plan = sample_migration("web");
  plan.depends_on = {"db", "cache"};
  const History history(plan);
  const auto& state = history.state();
  CHECK(state.name == "web");
  CHECK(state.workflow == "compute");
  CHECK(state.workflow_version == workflow::compute_workflow().version);
  CHECK(state.status == Status::running);
  CHECK(state.plan.get("target_region") == "sa-bogota-1");
  CHECK(state.depends_on == std::vector<std::string>{"db", "cache"});
  CHECK(state.step_count() == workflow::compute_workflow().steps.size());
  CHECK(state.step_name(0) == "check-source");
  CHECK(state.step_name(999) == "?");
  CHECK(state.started == history.time(0));
  CHECK(state.entered == history.time(0));
  CHECK(state.version == 1);
  CHECK(state.attempt.step == ledger::kNoStep);
}

TEST_CASE("an attempt goes from intent to outcome, counting sends and failures") {
  History history = at_step("create-image");
  const auto& attempt = history.state().attempt;
  history.at(10).sent("create-image");
  CHECK(attempt.phase == Phase::open);
  CHECK(attempt.generation == 1);
  CHECK(attempt.sends == 1);
  CHECK(attempt.first_sent == history.time(10));
  const auto first = attempt.first_intent;
  CHECK(first == history.state().position);
  history.at(20).failed("create-image", ErrorClass::THROTTLED, std::chrono::milliseconds(1500));
  CHECK(attempt.phase == Phase::failed);
  CHECK(attempt.error == ErrorClass::THROTTLED);
  CHECK(attempt.retry_after == std::chrono::milliseconds(1500));
  CHECK(attempt.failures == 1);
  CHECK(!attempt.doubt);
  history.at(30).sent_again("create-image");
  CHECK(attempt.sends == 2);
  CHECK(attempt.first_intent == first);
  CHECK(attempt.first_sent == history.time(10));
  CHECK(attempt.last_sent == history.time(30));
  CHECK(attempt.error == ErrorClass::NONE);
  CHECK(attempt.retry_after == Duration::zero());
  history.at(40).succeeded("create-image", {{"image_id", "ocid1.image"}});
  CHECK(attempt.phase == Phase::accepted);
  CHECK(attempt.failures == 0);
  CHECK(history.state().facts.get("image_id") == "ocid1.image");
  CHECK(history.state().is_done(history.step("create-image")));
  CHECK(history.state().entered == history.time(40));
}

TEST_CASE("doubt: an unknown outcome, or sending again what was open, not after a clear failure") {
  SECTION("unknown") {
    History history = at_step("create-image");
    history.sent("create-image").unknown("create-image");
    CHECK(history.state().attempt.doubt);
    CHECK(history.state().attempt.phase == Phase::unknown);
    history.sent_again("create-image").failed("create-image", ErrorClass::RETRY);
    CHECK(history.state().attempt.doubt);
    history.sent("create-image", 2);
    CHECK(!history.state().attempt.doubt);
  }
  SECTION("guarded by a version, a new request leaves the doubt about the one before") {
    History history = at_step("enable-replica");
    history.sent("enable-replica").unknown("enable-replica").sent("enable-replica", 2);
    CHECK(history.state().attempt.doubt);
    history.failed("enable-replica", ErrorClass::RETRY).sent("enable-replica", 3);
    CHECK(history.state().attempt.doubt);
    history.succeeded("enable-replica");
    CHECK(!history.state().attempt.doubt);
    history.sent("enable-replica", 4);
    CHECK(!history.state().attempt.doubt);
    history.failed("enable-replica", ErrorClass::RETRY).sent("enable-replica", 5);
    CHECK(!history.state().attempt.doubt);
  }
  SECTION("sent again while open: the first sending was lost with its process") {
    History history = at_step("create-image");
    history.sent("create-image").new_session().sent_again("create-image");
    CHECK(history.state().attempt.doubt);
  }
  SECTION("sent again after a clear failure") {
    History history = at_step("create-image");
    history.sent("create-image").failed("create-image", ErrorClass::RETRY);
    history.sent_again("create-image");
    CHECK(!history.state().attempt.doubt);
  }
}

TEST_CASE("looks: two that found nothing, a search by tag, and what resets them") {
  History history = at_step("create-image");
  const auto& look = history.state().look;
  history.at(10).look("create-image", Found::absent, 12);
  CHECK(look.time == history.time(10));
  CHECK(look.cloud_time == history.time(12));
  CHECK(look.absent_before == Time{});
  history.at(50).look("create-image", Found::absent);
  CHECK(look.absent_before == history.time(10));
  CHECK(look.cloud_time == Time{});
  history.at(60).look_by_tag("create-image", Found::absent);
  CHECK(look.tag_absent == history.time(60));
  CHECK(look.time == history.time(50));  // of the list
  CHECK(look.absent_before == history.time(10));
  SECTION("something was found") {
    history.at(70).look("create-image", Found::foreign);
    CHECK(look.absent_before == Time{});
    CHECK(look.tag_absent == Time{});
    history.at(80).look("create-image", Found::absent);
    CHECK(look.absent_before == Time{});  // not absent twice running
  }
  SECTION("something was sent") {
    history.sent("create-image");
    CHECK(look.position == 0);
    CHECK(look.tag_absent == Time{});
  }
}

TEST_CASE("the cloud's clock at the look before the first sending is kept with the attempt") {
  History history = at_step("create-image");
  history.look("create-image", Found::absent, 7).sent("create-image");
  CHECK(history.state().attempt.first_cloud_time == history.time(7));
  history.failed("create-image", ErrorClass::RETRY).look("create-image", Found::absent, 99);
  history.sent_again("create-image");
  CHECK(history.state().attempt.first_cloud_time == history.time(7));
}

TEST_CASE("what died reopens its step and all after it") {
  History history = at_step("await-export");
  history.at(100).dead("await-export", ErrorClass::RETRY, "export-image");
  const auto& state = history.state();
  CHECK(state.is_done(history.step("await-image")));
  CHECK(!state.is_done(history.step("export-image")));
  CHECK(state.attempt.step == history.step("export-image"));
  CHECK(state.attempt.phase == Phase::dead);
  CHECK(state.attempt.deaths == 1);
  CHECK(state.attempt.failures == 1);
  CHECK(state.generation(history.step("export-image")) == 1);
  CHECK(state.entered == history.time(100));
}

TEST_CASE("a lack of capacity and a lost secret are no deaths that count") {
  for (const auto error : {ErrorClass::CAPACITY, ErrorClass::NONE}) {
    History history = at_step("await-running");
    history.dead("await-running", error, "launch-instance");
    CHECK(history.state().attempt.deaths == 0);
    CHECK(history.state().capacity_failures == (error == ErrorClass::CAPACITY ? 1 : 0));
  }
}

TEST_CASE("readings: what was seen, what failed, and a clean slate at the next step") {
  History history = at_step("await-image");
  const auto& reading = history.state().reading;
  history.seen("await-image", "IN_PROGRESS", 40);
  CHECK(reading.state == "IN_PROGRESS");
  CHECK(reading.percent == 40);
  history.at(5).read_failed("await-image", ErrorClass::THROTTLED, std::chrono::seconds(9));
  history.at(6).read_failed("await-image", ErrorClass::RETRY);
  CHECK(reading.failures == 2);
  CHECK(reading.error == ErrorClass::RETRY);
  CHECK(reading.failed_at == history.time(6));
  CHECK(reading.state == "IN_PROGRESS");
  history.seen("await-image", "IN_PROGRESS", 50);
  CHECK(reading.failures == 0);
  history.ok("await-image");
  CHECK(reading.state.empty());
  CHECK(reading.percent == 0);
}

TEST_CASE("whatever happens after parking means that somebody went on") {
  History history = at_step("await-image");
  history.parked(Parked::Kind::MEND);
  const auto& state = history.state();
  CHECK(state.status == Status::parked);
  CHECK(state.stopped_at == history.step("await-image"));
  CHECK(state.reason == "stopped");
  CHECK(state.need == "do something");
  history.at(77).seen("await-image", "IN_PROGRESS");
  CHECK(state.status == Status::running);
  CHECK(state.entered == history.time(77));
}

TEST_CASE("the end, and a change of plan after it") {
  for (const auto result : {Ended::Result::DONE, Ended::Result::FAILED}) {
    History history = at_step("create-image");
    history.sent("create-image").failed("create-image", ErrorClass::FATAL).ended(result);
    const auto& state = history.state();
    const bool done = result == Ended::Result::DONE;
    CHECK(state.status == (done ? Status::done : Status::failed));
    CHECK(state.reason == "over");
    history.plan("new_image_name", "another");
    CHECK(state.status == (done ? Status::done : Status::running));
    CHECK(state.plan.get("new_image_name") == "another");
    CHECK(state.reopened);
    history.sent("create-image", 2);
    CHECK(!state.reopened);
  }
}

TEST_CASE("whatever is undone, cleaned up or decommissioned begins with all its steps, each time") {
  using Verb = ledger::schema::Steered::Verb;
  for (const Verb verb : {Verb::ROLLBACK, Verb::CLEANUP, Verb::DECOMMISSION}) {
    History history(sample_migration("web"));
    const auto& state = history.state();
    history.done_before(state.step_name(static_cast<ledger::StepIndex>(state.forward_count())));
    history.ended(Ended::Result::DONE).steered(verb);
    for (std::size_t step = state.forward_count(); step < state.step_count(); ++step)
      history.ok(state.step_name(static_cast<ledger::StepIndex>(step)));
    history.steered(verb);
    for (std::size_t step = state.forward_count(); step < state.step_count(); ++step) {
      INFO(name_of(state.mode) << ", " << state.step_name(static_cast<ledger::StepIndex>(step)));
      CHECK_FALSE(state.is_done(static_cast<ledger::StepIndex>(step)));
    }
    CHECK(state.is_done(history.step("launch-instance")));
  }
}

TEST_CASE("a secret is at the outcome that handed it out, until its holder is found, not made") {
  History history = at_step("create-image");
  CHECK(history.state().secret_position == 0);
  history.sent("create-image").succeeded("create-image", {{"url", "${secret:par:sha256:00}"}});
  const auto made = history.state().position;
  CHECK(history.state().secret_position == made);
  history.succeeded("export-image", {{"object_name", "o"}});
  CHECK(history.state().secret_position == made);
  history.succeeded("copy-object", {}, Outcome::How::ADOPTED);
  CHECK(history.state().secret_position == 0);
}

TEST_CASE("a step beyond what a workflow may have is corruption, not memory beyond the end") {
  const History history(sample_migration("web"));
  for (const std::uint16_t step : {std::uint16_t{ledger::kMaxSteps}, std::uint16_t{0xffff}}) {
    ledger::MigrationState state = history.state();
    ledger::EventDraft draft(state.stream, {}, 1);
    draft.body().initIntent().setStep(step);
    CHECK_THROWS_AS(state.apply(draft.reader()), ledger::LedgerError);
  }
}

TEST_CASE("streams of one workflow share the names of their steps") {
  const History one(sample_migration("one")), two(sample_migration("two"));
  CHECK(one.state().steps == two.state().steps);
}

TEST_CASE("the state at every position is the fold of that prefix, and folding on gives the end") {
  Rehearsal rehearsal;
  workflow::Plan plan;
  plan.migrations.push_back(sample_migration("web"));
  REQUIRE(rehearsal.run(plan).done == 1);
  const auto stream = *rehearsal.store().find_stream("web");
  ledger::MigrationState running;
  for (const auto cursor = rehearsal.store().scan_stream(stream, 1); cursor->next();) {
    running.apply(cursor->event());
    CHECK(running.position == cursor->event().getPosition());
    CHECK(running.version == cursor->event().getVersion());
  }
  const auto whole = rehearsal.state("web");
  CHECK(running.status == whole.status);
  CHECK(running.facts == whole.facts);
  CHECK(running.version == whole.version);
  for (ledger::StepIndex i = 0; i < whole.step_count(); ++i)
    CHECK(running.generation(i) == whole.generation(i));
}

}  // namespace migledger::testing
