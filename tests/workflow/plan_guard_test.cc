#include "workflow/decide/plan_guard.h"

#include <catch2/catch.hpp>

#include "tests/support/history.h"
#include "tests/support/rehearsal.h"

namespace migledger::testing {

using workflow::ErrorClass;
using workflow::PlanChange;
using workflow::PlannedMigration;

namespace {

PlannedMigration changed(std::string_view field, std::string_view value) {
  auto plan = sample_migration("web");
  plan.fields.set(field, value);
  return plan;
}

PlanChange judge(const History& history, const PlannedMigration& plan) {
  return workflow::judge_change(workflow::compute_workflow(), history.state(), plan);
}

History at_step(std::string_view step) {
  History history(sample_migration("web"));
  history.done_before(step);
  return history;
}

}  // namespace

TEST_CASE("the same plan is no change") {
  const auto change = judge(at_step("await-copy"), sample_migration("web"));
  CHECK(change.fields.empty());
  CHECK(change.refused.empty());
  CHECK(change.recheck.empty());
}

TEST_CASE("a field can change until the first step that it affects was begun") {
  const auto plan = changed("new_image_name", "other");
  CHECK(judge(at_step("create-image"), plan).refused.empty());
  CHECK(judge(at_step("create-image").sent("create-image"), plan).refused.size() == 1);
  CHECK(judge(at_step("await-image"), plan).refused.size() == 1);
  CHECK(judge(at_step("await-image"), changed("target_ad", "other")).refused.empty());
}

TEST_CASE("an attempt that certainly made nothing does not count as begun") {
  const auto plan = changed("new_image_name", "other");
  CHECK(
      judge(at_step("create-image").sent("create-image").failed("create-image", ErrorClass::FATAL),
            plan)
          .refused.empty());
  CHECK(judge(at_step("create-image").sent("create-image").unknown("create-image"), plan)
            .refused.size() == 1);
  History doubtful = at_step("create-image");
  doubtful.sent("create-image").unknown("create-image").sent_again("create-image");
  doubtful.failed("create-image", ErrorClass::FATAL);
  CHECK(judge(doubtful, plan).refused.size() == 1);
}

TEST_CASE("the source cannot change once it was looked at") {
  CHECK(judge(History(sample_migration("web")), changed("source_region", "x")).refused.empty());
  CHECK(judge(at_step("check-buckets"), changed("source_region", "x")).refused.size() == 1);
}

TEST_CASE("what affects no step can change at any time, and nothing is checked again") {
  for (const char* field :
       {"timeouts", "retry", "poll_interval_seconds", "settle_seconds", "allow_source_downtime"}) {
    INFO(field);
    const auto change = judge(at_step("final-check"), changed(field, "7"));
    CHECK(change.fields.size() == 1);
    CHECK(change.refused.empty());
    CHECK(change.recheck.empty());
  }
}

TEST_CASE("with a change that matters, the checks made so far are made again") {
  const auto change = judge(at_step("await-image"), changed("target_ad", "other"));
  const History history(sample_migration("web"));
  CHECK(change.recheck ==
        std::vector<ledger::StepIndex>{history.step("check-source"), history.step("check-buckets"),
                                       history.step("check-target"), history.step("check-names")});
}

TEST_CASE("only the fields that came too late are refused") {
  auto plan = changed("new_image_name", "other");
  plan.fields.set("target_ad", "other");
  const auto change = judge(at_step("await-image"), plan);
  CHECK(change.fields.size() == 2);
  REQUIRE(change.refused.size() == 1);
  CHECK(change.refused[0].field == "new_image_name");
}

}  // namespace migledger::testing
