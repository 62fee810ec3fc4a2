// Rolling back, cleaning up and decommissioning, on the simulated tenancy.
#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using ledger::Status;
using workflow::Verb;

namespace {

// Only what was there before the migration: the source.
void check_nothing_is_left(const Rehearsal& rehearsal) {
  CHECK(rehearsal.held("image").empty());
  CHECK(rehearsal.held("imported-image").empty());
  CHECK(rehearsal.held("instance").size() == 1);
  CHECK(rehearsal.held("object").empty());
  CHECK(rehearsal.held("par").empty());
}

workflow::Plan by_url() {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("transfer", "par");
  return plan;
}

}  // namespace

TEST_CASE("rolling back removes everything that was made, and nothing else") {
  for (const bool urls : {false, true}) {
    Rehearsal rehearsal;
    const auto plan = urls ? by_url() : plan_of(1);
    REQUIRE(rehearsal.run(plan).done == 1);
    REQUIRE(rehearsal.held("instance").size() == 2);
    REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
    const auto result = rehearsal.run(plan);
    INFO(rehearsal.state("web-1").reason);
    CHECK(result.undone == 1);
    CHECK(rehearsal.state("web-1").status == Status::rolled_back);
    check_nothing_is_left(rehearsal);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("rolling back from any moment leaves nothing behind") {
  for (const bool urls : {false, true}) {
    const auto plan = urls ? by_url() : plan_of(1);
    for (unsigned appends = 2;; ++appends) {
      Rehearsal rehearsal;
      if (!rehearsal.run_killed_after(appends, plan)) break;
      if (!rehearsal.store().find_stream("web-1")) continue;
      INFO("rolled back after append " << appends);
      const auto answer = rehearsal.steer(Verb::ROLLBACK, "web-1");
      INFO(answer.words);
      REQUIRE(answer.taken);
      const auto result = rehearsal.run_with_kills(plan, 3, 200);
      INFO(rehearsal.state("web-1").reason);
      CHECK(result.undone == 1);
      check_nothing_is_left(rehearsal);
    }
  }
}

TEST_CASE("a ledger that has forgotten what it did still rolls all of it back") {
  Rehearsal whole;
  REQUIRE(whole.run(plan_of(1)).done == 1);
  const auto head = whole.store().head().position;
  for (ledger::Position kept = 4; kept < head; kept += 3) {
    Rehearsal rehearsal;
    REQUIRE(rehearsal.run(plan_of(1)).done == 1);
    rehearsal.store().truncate(kept);
    const bool found_buckets = rehearsal.state("web-1").facts.has("namespace");
    REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
    INFO("kept " << kept << " of " << head);
    CHECK(rehearsal.run(plan_of(1)).undone == 1);
    if (found_buckets) check_nothing_is_left(rehearsal);
  }
}

TEST_CASE("a ledger that has forgotten what is under way waits for it, and rolls it back") {
  const bool urls = GENERATE(false, true);
  const auto plan = urls ? by_url() : plan_of(1);
  INFO((urls ? "by URL" : "by copy"));
  Rehearsal::for_each_forgetting(plan, {}, "namespace", [&](Rehearsal& rehearsal) {
    rehearsal.let_lists_catch_up();
    REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
    CHECK(rehearsal.run(plan).undone == 1);
    INFO(rehearsal.state("web-1").reason);
    check_nothing_is_left(rehearsal);
  });
}

TEST_CASE("cleaning up removes what was only needed on the way") {
  for (const bool keeps : {false, true}) {
    Rehearsal rehearsal;
    auto plan = by_url();
    if (keeps) plan.migrations[0].fields.set("keep_imported_image", "true");
    REQUIRE(rehearsal.run(plan).done == 1);
    REQUIRE(rehearsal.steer(Verb::CLEANUP, "web-1").taken);
    CHECK(rehearsal.run_with_kills(plan, 2, 200).done == 1);
    CHECK(rehearsal.state("web-1").cleaned);
    CHECK(rehearsal.held("instance").size() == 2);
    CHECK(rehearsal.held("image").empty());
    CHECK(rehearsal.held("imported-image").size() == (keeps ? 1 : 0));
    CHECK(rehearsal.held("object").empty());
    CHECK(rehearsal.held("par").empty());
    // And it can still be gone back on.
    REQUIRE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
    CHECK(rehearsal.run(plan).undone == 1);
    check_nothing_is_left(rehearsal);
  }
}

TEST_CASE("the source is terminated after a quiet period and approval, and never before") {
  Rehearsal rehearsal;
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("quiet_period_seconds", "60");
  REQUIRE(rehearsal.run(plan).done == 1);
  const Time done_at = rehearsal.state("web-1").done_at;
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "web-1").taken);
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(rehearsal.state("web-1").parked_kind == ledger::schema::Parked::Kind::APPROVE);
  CHECK(rehearsal.tenancy().clock() - done_at >= std::chrono::seconds(60));
  CHECK(rehearsal.held("instance").size() == 2);
  REQUIRE(rehearsal.steer(Verb::APPROVE, "web-1").taken);
  CHECK(rehearsal.run_with_kills(plan, 1, 100).done == 1);
  CHECK(rehearsal.state("web-1").decommissioned);
  CHECK(rehearsal.held("instance") ==
        std::vector<std::string>{
            std::string(rehearsal.state("web-1").facts.get("target_instance_id"))});
  CHECK_FALSE(rehearsal.steer(Verb::ROLLBACK, "web-1").taken);
}

TEST_CASE("a quiet period that is long is not waited for") {
  Rehearsal rehearsal;
  const auto plan = plan_of(1);
  REQUIRE(rehearsal.run(plan).done == 1);
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "web-1").taken);
  CHECK(rehearsal.run(plan, approving()).parked == 1);
  CHECK(rehearsal.state("web-1").reason.find("not before") != std::string::npos);
  CHECK(rehearsal.held("instance").size() == 2);
  // Thought better of.
  REQUIRE(rehearsal.steer(Verb::CANCEL, "web-1").taken);
  CHECK(rehearsal.run(plan).done == 1);
  CHECK_FALSE(rehearsal.state("web-1").decommissioned);
}

TEST_CASE("the source is kept when the new instance is not well") {
  Rehearsal rehearsal;
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("quiet_period_seconds", "0");
  REQUIRE(rehearsal.run(plan).done == 1);
  workflow::Request stop;
  stop.region = plan.migrations[0].fields.get("target_region");
  stop.method = "POST";
  stop.path = "/20160918/instances/" +
              std::string(rehearsal.state("web-1").facts.get("target_instance_id"));
  stop.query = "action=STOP";
  REQUIRE(rehearsal.tenancy().handle(stop, rehearsal.tenancy().clock()).ok());
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "web-1").taken);
  CHECK(rehearsal.run(plan, approving()).parked == 1);
  CHECK(rehearsal.state("web-1").reason.find("not RUNNING") != std::string::npos);
  CHECK(rehearsal.held("instance").size() == 2);
}

}  // namespace migledger::testing
