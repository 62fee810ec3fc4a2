#include "workflow/model/approval.h"

#include <catch2/catch.hpp>

#include "tests/support/orders.h"
#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_migration.h"
#include "workflow/model/plan.h"
#include "workflow/run/records.h"

namespace migledger::testing {

using ledger::schema::Approved;
using workflow::ApprovalKind;
using workflow::Approvals;
using workflow::RunOptions;
using workflow::Verb;

namespace {

const Approvals kBare{{ApprovalKind::DOWNTIME}, true, "--yes"};

RunOptions with(const Approvals& approvals) {
  RunOptions options;
  options.approvals = approvals;
  options.actor.user = "alice";
  options.actor.host = "box";
  options.actor.login_uid = 1000;
  options.actor.sudo_user = "bob";
  return options;
}

std::vector<Approved::Reader> approvals_in(
    ledger::EventStore& store, std::vector<std::unique_ptr<ledger::EventCursor>>& kept) {
  std::vector<Approved::Reader> found;
  for (ledger::Position at = 1; at <= store.head().position; ++at) {
    kept.push_back(store.scan(at, at));
    if (kept.back()->next() && kept.back()->event().getBody().isApproved())
      found.push_back(kept.back()->event().getBody().getApproved());
  }
  return found;
}

workflow::Plan asking_plan() {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "false");
  return plan;
}

}  // namespace

TEST_CASE("approvals: what each --yes covers, before and after it waited") {
  const auto downtime = ApprovalKind::DOWNTIME, cutover = ApprovalKind::CUTOVER,
             termination = ApprovalKind::TERMINATION;
  const Approvals named{{cutover}, false, "--yes=cutover"};
  for (const auto& [approvals, kind, first_reached, waited] :
       std::vector<std::tuple<Approvals, ApprovalKind, bool, bool>>{
           {{}, downtime, false, false},
           {{}, termination, false, false},
           {kBare, downtime, true, true},
           {kBare, cutover, false, true},
           {kBare, termination, false, false},
           {named, downtime, false, false},
           {named, cutover, true, true},
           {named, termination, false, false},
           {workflow::approve_all(), termination, true, true}}) {
    CAPTURE(approvals.given, workflow::name_of(kind));
    CHECK(approvals.cover(kind, false) == first_reached);
    CHECK(approvals.cover(kind, true) == waited);
  }
}

TEST_CASE("approvals: kinds have names, and those that cannot be taken back want a reason") {
  for (const auto kind : {ApprovalKind::DOWNTIME, ApprovalKind::CUTOVER, ApprovalKind::TERMINATION})
    CHECK(workflow::approval_kind_named(workflow::name_of(kind)) == kind);
  CHECK(workflow::name_of(ApprovalKind::UNSAID).empty());
  CHECK_FALSE(workflow::approval_kind_named(""));
  CHECK_FALSE(workflow::approval_kind_named("removal"));
  CHECK_FALSE(workflow::wants_reason(ApprovalKind::DOWNTIME));
  CHECK(workflow::wants_reason(ApprovalKind::CUTOVER));
  CHECK(workflow::wants_reason(ApprovalKind::TERMINATION));
}

TEST_CASE("approvals: one given with the run says what, which plan, who and how") {
  Rehearsal rehearsal;
  const auto plan = asking_plan();
  REQUIRE(rehearsal.run(plan, with(kBare)).done == 1);
  std::vector<std::unique_ptr<ledger::EventCursor>> kept;
  const auto found = approvals_in(rehearsal.store(), kept);
  REQUIRE(found.size() == 1);
  CHECK(found[0].getKind() == ApprovalKind::DOWNTIME);
  CHECK(found[0].getHow() == Approved::How::FLAG);
  CHECK(ledger::view(found[0].getGiven()) == "--yes");
  CHECK_THAT(std::string(ledger::view(found[0].getWhat())), Catch::Contains("takes it offline"));
  const auto digest = found[0].getPlanDigest();
  CHECK(std::string(digest.asChars().begin(), digest.size()) ==
        workflow::plan_digest(plan.migrations[0]));
  CHECK(workflow::words_of(workflow::approver_of(found[0])) ==
        "alice@box (login uid 1000, sudo by bob, cloud login simulated-user)");
}

TEST_CASE("approvals: what the plan approves is recorded where it would have been asked for") {
  Rehearsal rehearsal;
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("allow_source_downtime", "true");
  REQUIRE(rehearsal.run(plan).done == 1);
  std::vector<std::unique_ptr<ledger::EventCursor>> kept;
  const auto found = approvals_in(rehearsal.store(), kept);
  REQUIRE(found.size() == 1);
  CHECK(found[0].getHow() == Approved::How::CONFIGURATION);
  CHECK(ledger::view(found[0].getGiven()) == "allow_source_downtime");
  // Also when every append is the last before it is killed: once.
  Rehearsal killed;
  killed.run_with_kills(plan, 1, 400);
  kept.clear();
  CHECK(approvals_in(killed.store(), kept).size() == 1);
}

TEST_CASE("approvals: a bare --yes is no word for a cut-over that it comes to first") {
  Rehearsal rehearsal;
  const auto plan = bucket_plan();
  CHECK(rehearsal.run(plan, with(kBare)).parked == 1);
  workflow::Order order;
  order.verb = Verb::APPROVE;
  order.migration = plan.migrations[0].name;
  const auto refused = workflow::carry_out(
      rehearsal.store(), order, rehearsal.tenancy().clock(), [] { return ledger::Position{1}; },
      workflow::workflow_named);
  CHECK_FALSE(refused.taken);
  CHECK_THAT(refused.words, Catch::Contains("--reason"));
  // It waited when this one began.
  CHECK(rehearsal.run(plan, with(kBare)).done == 1);
}

TEST_CASE(
    "approvals: the end of a source is approved by its own name or by an order with a reason") {
  auto plan = asking_plan();
  plan.migrations[0].fields.set("quiet_period_seconds", "0");
  Rehearsal rehearsal;
  REQUIRE(rehearsal.run(plan, with(kBare)).done == 1);
  REQUIRE(rehearsal.steer(Verb::DECOMMISSION, "web-1").taken);
  for (int again = 0; again < 2; ++again) CHECK(rehearsal.run(plan, with(kBare)).parked == 1);
  CHECK(rehearsal.state("web-1").need ==
        "migledger approve web-1 --reason WHY, or run again with --yes=termination");
  const Approvals named{{ApprovalKind::TERMINATION}, false, "--yes=termination"};
  CHECK(rehearsal.run(plan, with(named)).done == 1);
}

}  // namespace migledger::testing
