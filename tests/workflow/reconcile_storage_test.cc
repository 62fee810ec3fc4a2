// What the storage workflow made against what is there, on the simulated tenancy.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/buckets_of.h"
#include "tests/support/reconciling.h"
#include "tests/support/sample_bucket.h"

namespace migledger::testing {

namespace json = boost::json;
using namespace std::chrono_literals;
using Catch::Contains;
using ledger::schema::Event;
using workflow::Finding;
using workflow::Reconciled;
using Verdict = Finding::Verdict;

namespace {

std::vector<Finding> about(const std::vector<Finding>& findings, std::string_view what) {
  std::vector<Finding> found;
  for (const auto& finding : findings)
    if (finding.what == what) found.push_back(finding);
  return found;
}

// What is said of the content as a whole, with that verdict; empty: nothing.
std::string content_words(const Reconciled& result, Verdict verdict) {
  const auto found = about(with(result, verdict), "content of bucket");
  return found.empty() ? std::string() : found.front().seen;
}

// The position of the `nth` event that `matches` likes; 0: there are not so many.
ledger::Position position_of(Rehearsal& rehearsal, unsigned nth, auto&& matches) {
  const ledger::EventStore& store = rehearsal.store();
  for (const auto cursor = store.scan(1); cursor->next();)
    if (matches(cursor->event()) && --nth == 0) return cursor->event().getPosition();
  return 0;
}

auto begun_by(std::string_view step) {
  return [index = workflow::workflow_named("storage-replication")->index_of(step)](auto event) {
    const auto body = event.getBody();
    return body.isBulkBegun() && body.getBulkBegun().getStep() == index;
  };
}

auto ended_by(std::string_view step) {
  return [index = workflow::workflow_named("storage-replication")->index_of(step)](auto event) {
    const auto body = event.getBody();
    return body.isBulkEnded() && body.getBulkEnded().getStep() == index;
  };
}

// The ledger as it was before the first event that `matches` likes.
void forget_from(Rehearsal& rehearsal, auto&& matches) {
  const auto position = position_of(rehearsal, 1, matches);
  REQUIRE(position != 0);
  rehearsal.store().truncate(position - 1);
}

void require_done(Rehearsal& rehearsal) {
  REQUIRE(rehearsal.run(bucket_plan(), approving()).done == 1);
}

std::string object(unsigned number) { return fmt::format("data/{:07}", number); }

std::string policies(Rehearsal& rehearsal) {
  return path(rehearsal, "data", "/replicationPolicies");
}

}  // namespace

TEST_CASE("reconcile: of a bucket that was brought over all is known") {
  Rehearsal rehearsal(with_objects(2300));
  require_done(rehearsal);
  const auto result = reconcile(rehearsal);
  check_all_known(result);
  CHECK_THAT(content_words(result, Verdict::known), Contains("2300 objects of"));
  CHECK(about(result.findings, "bucket").size() == 1);
  for (const auto& finding : result.findings) CHECK(finding.position != 0);
}

TEST_CASE("reconcile: whatever a run that goes on has made of buckets is known") {
  for (unsigned appends = 2;; ++appends) {
    Rehearsal rehearsal(with_objects(1100));
    if (!rehearsal.run_killed_after(appends, bucket_plan(), approving())) break;
    INFO("after append " << appends);
    check_all_known(reconcile(rehearsal, bucket_plan(), true));
  }
}

TEST_CASE("reconcile: what a ledger forgot of buckets is orphaned, and nothing is lost") {
  Rehearsal rehearsal(with_objects(1100));
  require_done(rehearsal);
  const auto whole = rehearsal.store().copy();
  for (ledger::Position kept = 1; kept < whole->head().position; ++kept) {
    auto cut = whole->copy();
    cut->truncate(kept);
    rehearsal.replace_store(std::move(cut));
    const auto result = reconcile(rehearsal, bucket_plan());
    INFO("kept " << kept << "\n" << words(result));
    CHECK(with(result, Verdict::unseen).empty());
    CHECK(with(result, Verdict::drifted).empty());
    // That the policy was ended may be forgotten, too.
    for (const auto& finding : with(result, Verdict::missing))
      CHECK(finding.what == "replication policy");
    CHECK(about(result.findings, "bucket").size() == 1);
    std::size_t told = 0;
    for (const auto& finding : about(result.findings, "content of bucket"))
      told += std::stoul(finding.seen);
    CHECK(told == 1100);
    for (const auto& finding : with(result, Verdict::orphaned)) {
      CHECK(finding.migration == "data");
      CHECK_FALSE(finding.advice.empty());
    }
    if (kept == 1) CHECK(with(result, Verdict::orphaned).size() == 2);
  }
}

TEST_CASE("reconcile: what was orphaned of buckets is known when a run has gone on") {
  for (ledger::Position kept : {1u, 3u, 5u, 9u, 14u}) {
    Rehearsal rehearsal(with_objects(1100));
    require_done(rehearsal);
    const auto copies = rehearsal.created("object-copy").size();
    rehearsal.store().truncate(kept);
    INFO("kept " << kept << "\n" << words(reconcile(rehearsal, bucket_plan())));
    REQUIRE_FALSE(with(reconcile(rehearsal, bucket_plan()), Verdict::orphaned).empty());
    require_done(rehearsal);
    CHECK(rehearsal.created("object-copy").size() == copies);
    CHECK(rehearsal.created("bucket").size() == 1);
    check_all_known(reconcile(rehearsal));
  }
}

TEST_CASE(
    "reconcile: in the middle of the copies what is recorded and what is not are told apart") {
  Rehearsal rehearsal(with_objects(12300));
  require_done(rehearsal);
  const auto ended = position_of(rehearsal, 1, ended_by("back-fill"));
  rehearsal.store().truncate(ended);
  const auto begun = rehearsal.state("data").bulk.pages;
  REQUIRE(begun < 12);
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK_THAT(content_words(result, Verdict::known), Contains(fmt::format("{}000 objects", begun)));
  CHECK_THAT(content_words(result, Verdict::orphaned),
             Contains(fmt::format("{}300 objects are as at the source", 12 - begun)));
  const auto orphaned = with(result, Verdict::orphaned);
  REQUIRE(orphaned.size() == 1);
  CHECK(orphaned.front().step == "back-fill");
  CHECK_THAT(orphaned.front().advice, Contains("copies none twice"));
  // No order could name them.
  CHECK_FALSE(orphaned.front().not_adoptable.empty());
}

TEST_CASE("reconcile: objects that were deleted at the target are missing, by name") {
  Rehearsal rehearsal(with_objects(1500));
  require_done(rehearsal);
  remove(rehearsal, kTarget, object(7));
  remove(rehearsal, kTarget, object(1400));
  auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK(ids(with(result, Verdict::missing)) == std::set<std::string>{object(7), object(1400)});
  for (const auto& finding : with(result, Verdict::missing)) {
    CHECK(finding.migration == "data");
    CHECK(finding.position != 0);
  }
  // Of very many the first are named, and the others counted.
  for (unsigned n = 100; n < 200; ++n) remove(rehearsal, kTarget, object(n));
  result = reconcile(rehearsal);
  const auto missing = with(result, Verdict::missing);
  REQUIRE(missing.size() == 21);
  CHECK(missing.back().seen == "82 more are gone");
}

TEST_CASE("reconcile: a bucket that is in use at the target has not drifted") {
  Rehearsal rehearsal;
  require_done(rehearsal);
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + 1h);
  put(rehearsal, kTarget, "new", "written at the target");
  put(rehearsal, kTarget, object(3), "written anew");
  put(rehearsal, kSource, "late", "written at the source");
  const auto result = reconcile(rehearsal);
  check_all_known(result);
  CHECK_THAT(content_words(result, Verdict::known),
             Contains("24 objects") && Contains("1 changed there since") &&
                 Contains("1 only there") && Contains("1 still to be brought over"));
}

TEST_CASE("reconcile: before the cutover what another did at the target is not passed over") {
  Rehearsal rehearsal(with_objects(40));
  require_done(rehearsal);
  forget_from(rehearsal, begun_by("back-fill-again"));
  check_all_known(reconcile(rehearsal));
  remove(rehearsal, kTarget, object(5));
  put(rehearsal, kTarget, object(6), "something else");
  put(rehearsal, kTarget, "foreign", "not of the source");
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK(ids(with(result, Verdict::missing)) == std::set<std::string>{object(5)});
  CHECK(ids(with(result, Verdict::drifted)) == std::set<std::string>{object(6), "foreign"});
  CHECK_THAT(content_words(result, Verdict::known), Contains("38 objects"));
}

TEST_CASE("reconcile: what was written to a target that the ledger has forgotten is not run over") {
  Rehearsal rehearsal;
  require_done(rehearsal);
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + 1h);
  put(rehearsal, kTarget, object(3), "written anew");
  rehearsal.store().truncate(position_of(rehearsal, 1, ended_by("survey")));
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK(ids(with(result, Verdict::drifted)) == std::set<std::string>{object(3)});
}

TEST_CASE("reconcile: what was there before the migration is not taken for a copy") {
  Rehearsal rehearsal;
  const auto plan = bucket_plan();
  rehearsal.tenancy().provision(plan.migrations.front());
  REQUIRE(ask(rehearsal, kTarget, "POST", path(rehearsal),
              R"({"name":"data","compartmentId":"ocid1.compartment.oc1..aaaaaaaatarget"})")
              .ok());
  put(rehearsal, kSource, "both", "the same");
  put(rehearsal, kTarget, "both", "the same");
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + 1h);
  // Before anything was copied nothing in it is the migration's.
  CHECK(reconcile(rehearsal, plan).findings.empty());
  require_done(rehearsal);
  forget_from(rehearsal, begun_by("back-fill"));
  const auto forgotten = reconcile(rehearsal);
  INFO(words(forgotten));
  CHECK(about(forgotten.findings, "bucket").empty());
}

TEST_CASE("reconcile: what was written while it replicates is not missing") {
  Rehearsal rehearsal;
  CHECK(rehearsal.run(bucket_plan()).parked == 1);
  REQUIRE(rehearsal.state("data").need.find("approve") != std::string::npos);
  put(rehearsal, kSource, "new", "not carried over yet");
  put(rehearsal, kSource, object(3), "written anew");
  const auto result = reconcile(rehearsal);
  check_all_known(result);
  CHECK_THAT(content_words(result, Verdict::known),
             Contains("24 objects") && Contains("2 still to be brought over"));
  CHECK(about(result.findings, "replication policy").size() == 1);
}

TEST_CASE("reconcile: a policy that has stopped has drifted, and one that was ended is missing") {
  Rehearsal rehearsal;
  CHECK(rehearsal.run(bucket_plan()).parked == 1);
  REQUIRE(ask(rehearsal, kTarget, "POST", path(rehearsal, "data", "/actions/makeBucketWritable"))
              .status == 204);
  const auto stopped = reconcile(rehearsal);
  INFO(words(stopped));
  REQUIRE(with(stopped, Verdict::drifted).size() == 1);
  CHECK_THAT(with(stopped, Verdict::drifted).front().seen,
             Contains("has stopped") && Contains("was made writable"));

  const std::string id(rehearsal.state("data").facts.get("policy_id"));
  CHECK(with(stopped, Verdict::drifted).front().id == id);
  REQUIRE(ask(rehearsal, kSource, "DELETE", policies(rehearsal) + "/" + id).status == 204);
  const auto ended = reconcile(rehearsal);
  INFO(words(ended));
  REQUIRE(with(ended, Verdict::missing).size() == 1);
  CHECK(with(ended, Verdict::missing).front().id == id);
}

TEST_CASE("reconcile: a policy whose reply was lost is orphaned until its step adopts it") {
  Rehearsal rehearsal;
  CHECK(rehearsal.run(bucket_plan()).parked == 1);
  const std::string id(rehearsal.state("data").facts.get("policy_id"));
  while (!rehearsal.state("data").facts.get("policy_id").empty())
    rehearsal.store().truncate(rehearsal.store().head().position - 1);
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  REQUIRE(with(result, Verdict::orphaned).size() == 1);
  CHECK(with(result, Verdict::orphaned).front().id == id);
  CHECK(with(result, Verdict::orphaned).front().step == "create-policy");
  require_done(rehearsal);
  CHECK(rehearsal.created("replication-policy").size() == 1);
}

TEST_CASE("reconcile: a listing that cannot be read proves nothing about a bucket") {
  Rehearsal rehearsal(with_objects(1500));
  require_done(rehearsal);
  remove(rehearsal, kTarget, object(3));
  const auto none = reconcile_with(rehearsal, "/b/data/o", refusal(503, "ServiceUnavailable"));
  INFO(words(none));
  CHECK(none.unreachable);
  CHECK(with(none, Verdict::missing).empty());
  REQUIRE(with(none, Verdict::unseen).size() == 1);
  CHECK_FALSE(with(none, Verdict::unseen).front().region.empty());
  const auto hidden =
      reconcile_with(rehearsal, "/b/data/o", refusal(404, "NotAuthorizedOrNotFound"));
  CHECK(with(hidden, Verdict::missing).empty());
  CHECK(with(hidden, Verdict::unseen).size() == 1);
}

TEST_CASE("reconcile: a bucket that was deleted is missing with all that was in it") {
  Rehearsal rehearsal;
  require_done(rehearsal);
  for (unsigned n = 1; n <= 25; ++n) remove(rehearsal, kTarget, object(n));
  REQUIRE(ask(rehearsal, kTarget, "DELETE", path(rehearsal, "data")).ok());
  const auto result = reconcile(rehearsal);
  INFO(words(result));
  CHECK(about(with(result, Verdict::missing), "bucket").size() == 1);
  CHECK_THAT(content_words(result, Verdict::missing), Contains("with the bucket: 25 objects"));
  CHECK(with(result, Verdict::unseen).empty());
}

TEST_CASE("reconcile: without its source a bucket is known by the digest of its content") {
  Rehearsal rehearsal(with_objects(1200));
  require_done(rehearsal);
  for (unsigned n = 1; n <= 1200; ++n) remove(rehearsal, kSource, object(n));
  REQUIRE(ask(rehearsal, kSource, "DELETE", path(rehearsal, "data")).ok());
  const auto same = reconcile(rehearsal);
  check_all_known(same);
  CHECK_THAT(content_words(same, Verdict::known), Contains("just what was compared"));
  remove(rehearsal, kTarget, object(3));
  const auto less = reconcile(rehearsal);
  INFO(words(less));
  CHECK_THAT(content_words(less, Verdict::drifted),
             Contains("1199 objects are there") && Contains("1200 were compared"));
}

TEST_CASE("reconcile: what was left behind by a rollback is nobody's") {
  Rehearsal rehearsal;
  require_done(rehearsal);
  REQUIRE(rehearsal.steer(workflow::Verb::ROLLBACK, "data").taken);
  REQUIRE(rehearsal.run(bucket_plan(), approving()).undone == 1);
  remove(rehearsal, kTarget, object(3));
  check_all_known(reconcile(rehearsal));
}

TEST_CASE("reconcile: a thousand objects more cost two calls more") {
  const auto calls = [](std::uint64_t objects) {
    Rehearsal rehearsal(with_objects(objects));
    require_done(rehearsal);
    Half all(rehearsal, "none such", {});
    check_all_known(workflow::reconcile([&] { return books_of(rehearsal); }, all, all));
    return all.calls;
  };
  CHECK(calls(5000) == calls(1000) + 2 * 4);
}

}  // namespace migledger::testing
