// Whole runs of the storage workflow against the simulated tenancy.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/answering_cloud.h"
#include "tests/support/buckets_of.h"
#include "tests/support/orders.h"
#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"

namespace migledger::testing {

namespace sim = adapters::sim;
namespace json = boost::json;
using namespace std::chrono_literals;
using Catch::Contains;
using ledger::Status;

namespace {

void require_same_content(Rehearsal& rehearsal) {
  REQUIRE(content(rehearsal, kSource) == content(rehearsal, kTarget));
}

// Every object was copied at most once.
void require_no_copy_twice(Rehearsal& rehearsal) {
  const auto copies = rehearsal.created("object-copy");
  const std::set<std::string> once(copies.begin(), copies.end());
  REQUIRE(once.size() == copies.size());
  REQUIRE(rehearsal.created("bucket").size() <= 1);
  REQUIRE(rehearsal.created("replication-policy").size() == 1);
}

// Does something when an event of a step is recorded for the first time.
class Meanwhile : public workflow::Observer {
 public:
  Meanwhile(std::string step, std::function<void()> act)
      : step_(std::move(step)), act_(std::move(act)) {}
  void appended(const ledger::MigrationState& state, ledger::schema::Event::Reader event) override {
    const auto body = event.getBody();
    const bool here =
        (body.isChecked() && state.step_name(body.getChecked().getStep()) == step_) ||
        (body.isIntent() && state.step_name(body.getIntent().getStep()) == step_) ||
        (body.isBulkBegun() && state.step_name(body.getBulkBegun().getStep()) == step_);
    if (here && act_) std::exchange(act_, nullptr)();
  }
  Time waiting(Time now) override { return now + 1h; }

 private:
  std::string step_;
  std::function<void()> act_;
};

workflow::RunResult run_meanwhile(Rehearsal& rehearsal, std::string step,
                                  std::function<void()> act) {
  const auto plan = bucket_plan();
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 64});
  Meanwhile meanwhile(std::move(step), std::move(act));
  workflow::Executor executor(rehearsal.store(), cloud, cloud,
                              *workflow::workflow_named(plan.workflow), approving(), &meanwhile);
  return executor.run(plan);
}

// The position of the event that ends the migration.
ledger::Position end_of(const ledger::EventStore& store, std::string_view migration) {
  ledger::Position end = 0;
  for (const auto cursor = store.scan_stream(*store.find_stream(migration), 0); cursor->next();)
    end = cursor->event().getPosition();
  return end;
}

unsigned events(Rehearsal& rehearsal) {
  return static_cast<unsigned>(rehearsal.store().head().position);
}

}  // namespace

TEST_CASE("storage: a bucket is brought to another region") {
  Rehearsal rehearsal;
  const auto result = rehearsal.run(bucket_plan(), approving());
  const auto state = rehearsal.state("data");
  INFO(state.reason << " " << state.need);
  CHECK(result.done == 1);
  CHECK(state.status == Status::done);
  CHECK(state.facts.get("compared_objects") == "25");
  CHECK(state.facts.get("compared_digest").size() == 64);
  CHECK(rehearsal.created("object-copy").size() == 25);
  require_no_copy_twice(rehearsal);
  require_same_content(rehearsal);
  const auto target = ask(rehearsal, kTarget, "GET", path(rehearsal, "data"));
  CHECK(json::parse(target.body).at("isReadOnly").as_bool() == false);
  CHECK(ask(rehearsal, kSource, "GET", path(rehearsal, "data", "/replicationPolicies")).body ==
        "[]");
}

TEST_CASE("storage: several thousand objects take a few events a thousand") {
  Rehearsal rehearsal(with_objects(5200));
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  CHECK(rehearsal.created("object-copy").size() == 5200);
  require_same_content(rehearsal);
  CHECK(events(rehearsal) < 120);
}

TEST_CASE("storage: an empty bucket replicates, too") {
  Rehearsal rehearsal(with_objects(0));
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  CHECK(rehearsal.created("object-copy").empty());
  CHECK(rehearsal.created("replication-policy").size() == 1);
}

TEST_CASE("storage: killed after every append, nothing is copied twice") {
  for (const unsigned every : {1U, 2U, 3U, 5U}) {
    INFO("every " << every);
    Rehearsal rehearsal(with_objects(2300));
    const auto result = rehearsal.run_with_kills(bucket_plan(), every, 200, approving());
    CHECK(result.done == 1);
    require_no_copy_twice(rehearsal);
    require_same_content(rehearsal);
  }
}

TEST_CASE("storage: faults on the way change nothing about the outcome") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    INFO("seed " << seed);
    auto options = with_objects(1200);
    options.seed = seed;
    const auto rate = [&](sim::Fault fault) -> double& {
      return options.faults.rates[static_cast<std::size_t>(fault)];
    };
    rate(sim::Fault::throttled) = 0.03;
    rate(sim::Fault::error_before) = rate(sim::Fault::error_after) = 0.02;
    rate(sim::Fault::lost_before) = rate(sim::Fault::lost_after) = 0.02;
    rate(sim::Fault::not_sent) = 0.02;
    rate(sim::Fault::work_request_fails) = 0.02;
    Rehearsal rehearsal(options);
    auto result = rehearsal.run(bucket_plan(), approving());
    // A person runs again what was tried often enough.
    for (int i = 0; i < 20 && result.done == 0; ++i)
      result = rehearsal.run(bucket_plan(), approving());
    INFO(rehearsal.state("data").reason);
    CHECK(result.done == 1);
    require_no_copy_twice(rehearsal);
    require_same_content(rehearsal);
  }
}

TEST_CASE("storage: what is written before the cutover arrives, by whichever way") {
  auto options = with_objects(300);
  options.writes_every = 7s;
  options.writes_for = 200s;
  Rehearsal rehearsal(options);
  auto plan = bucket_plan();
  // Without approval it waits there, and the writers end meanwhile.
  CHECK(rehearsal.run(plan).parked == 1);
  CHECK(rehearsal.state("data").need ==
        "migledger approve data --reason WHY, or run again with --yes=cutover");
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + 10min, true);
  CHECK(rehearsal.run(plan, approving()).done == 1);
  require_same_content(rehearsal);
  CHECK(content(rehearsal, kSource).size() > 300);
  CHECK(rehearsal.created("replication-policy").size() == 1);
}

TEST_CASE("storage: what falls between the last copies and the policy is caught up with") {
  Rehearsal rehearsal;
  const auto result = run_meanwhile(rehearsal, "create-policy", [&] {
    put(rehearsal, kSource, "between/new", "new");
    put(rehearsal, kSource, "data/0000003", "overwritten");
  });
  INFO(rehearsal.state("data").reason);
  CHECK(result.done == 1);
  require_same_content(rehearsal);
  CHECK(content(rehearsal, kTarget).count("between/new") == 1);
}

TEST_CASE("storage: what was deleted between is named, and a person removes it") {
  Rehearsal rehearsal;
  const auto doomed = path(rehearsal, "data", "/o/data%2F0000003");
  const auto result = run_meanwhile(rehearsal, "create-policy", [&] {
    REQUIRE(ask(rehearsal, kSource, "DELETE", doomed).status == 204);
  });
  CHECK(result.parked == 1);
  const auto state = rehearsal.state("data");
  CHECK_THAT(state.reason, Contains("data/0000003") && Contains("is only at the target"));
  REQUIRE(ask(rehearsal, kTarget, "DELETE", doomed).status == 204);
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  require_same_content(rehearsal);
}

TEST_CASE("storage: writers that go on after the fence are noticed, and caught up with") {
  Rehearsal rehearsal;
  // When the source is listed already.
  const auto result =
      run_meanwhile(rehearsal, "catch-up", [&] { put(rehearsal, kSource, "late", "late"); });
  CHECK(result.parked == 1);
  CHECK_THAT(rehearsal.state("data").reason, Contains("late") && Contains("not at the target"));
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  require_same_content(rehearsal);
}

TEST_CASE("storage: a target that is not empty stops it, until what is in the way is gone") {
  Rehearsal rehearsal;
  auto plan = bucket_plan();
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  REQUIRE(ask(rehearsal, kTarget, "POST", path(rehearsal),
              R"({"name":"data","compartmentId":"ocid1.compartment.oc1..aaaaaaaatarget"})")
              .ok());
  put(rehearsal, kTarget, "foreign", "not of the source");
  CHECK(rehearsal.run(plan, approving()).parked == 1);
  const auto state = rehearsal.state("data");
  CHECK_THAT(state.reason, Contains("foreign (is only at the target)"));
  CHECK_THAT(state.need, Contains("target_bucket_name"));
  CHECK(rehearsal.created("object-copy").empty());
  REQUIRE(ask(rehearsal, kTarget, "DELETE", path(rehearsal, "data", "/o/foreign")).status == 204);
  CHECK(rehearsal.run(plan, approving()).done == 1);
  require_same_content(rehearsal);
  CHECK(rehearsal.created("bucket").size() == 1);  // the one made before
}

TEST_CASE("storage: archived objects stop it before anything is made, until they are restored") {
  auto options = with_objects(10);
  options.faults.archived_objects = 2;
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(bucket_plan(), approving()).parked == 1);
  CHECK_THAT(rehearsal.state("data").reason,
             Contains("2 objects") && Contains("data/0000001 (is archived"));
  CHECK_THAT(rehearsal.state("data").need, Contains("restore"));
  CHECK(rehearsal.created("bucket").empty());
  for (const auto* name : {"data/0000001", "data/0000002"})
    REQUIRE(ask(rehearsal, kSource, "POST", path(rehearsal, "data", "/actions/restoreObjects"),
                fmt::format(R"({{"objectName":"{}"}})", name))
                .status == 202);
  CHECK(rehearsal.run(bucket_plan(), approving()).parked == 1);  // it takes its time
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + 2h, true);
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  require_same_content(rehearsal);
}

TEST_CASE("storage: objects under keys of their owners are named, the others copied") {
  auto options = with_objects(30);
  options.faults.customer_key_objects = 1;
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(bucket_plan(), approving()).parked == 1);
  const auto state = rehearsal.state("data");
  CHECK_THAT(state.reason, Contains("1 object could not be copied: data/0000030") &&
                               Contains("a key of the customer's"));
  CHECK(rehearsal.created("object-copy").size() == 29);
  REQUIRE(ask(rehearsal, kSource, "DELETE", path(rehearsal, "data", "/o/data%2F0000030")).status ==
          204);
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  CHECK(rehearsal.created("object-copy").size() == 29);
  require_same_content(rehearsal);
}

TEST_CASE("storage: a policy that cannot work stops it, until a person has made it anew") {
  Rehearsal rehearsal;
  const std::string policies = path(rehearsal, "data", "/replicationPolicies");
  const auto result = run_meanwhile(rehearsal, "fence", [&] {
    // OCI calls it a client error that the target was made writable.
    REQUIRE(ask(rehearsal, kTarget, "POST", path(rehearsal, "data", "/actions/makeBucketWritable"))
                .status == 204);
  });
  CHECK(result.parked == 1);
  CHECK_THAT(rehearsal.state("data").reason, Contains("was made writable"));
  const auto listed = ask(rehearsal, kSource, "GET", policies);
  const std::string id(json::parse(listed.body).at(0).at("id").as_string());
  REQUIRE(ask(rehearsal, kSource, "DELETE", policies + "/" + id).status == 204);
  CHECK(rehearsal.run(bucket_plan(), approving()).parked == 1);
  const auto state = rehearsal.state("data");
  CHECK_THAT(state.reason, Contains("is gone"));
  const auto named = state.need.find("named ") + 6;
  const std::string name = state.need.substr(named, state.need.find(',', named) - named);
  REQUIRE(ask(rehearsal, kSource, "POST", policies,
              json::serialize(json::object{{"name", name},
                                           {"destinationRegionName", kTarget},
                                           {"destinationBucketName", "data"}}))
              .ok());
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  require_same_content(rehearsal);
  CHECK(ask(rehearsal, kSource, "GET", policies).body == "[]");
}

TEST_CASE("storage: without the service policy it stops early, and goes on when that is there") {
  auto options = with_objects(8000);
  options.faults.no_service_policy = true;
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(bucket_plan(), approving()).parked == 1);
  CHECK_THAT(rehearsal.state("data").reason,
             Contains("could not be copied") && Contains("is not allowed"));
  CHECK_THAT(rehearsal.state("data").need,
             Contains("Allow service objectstorage-us-ashburn-1 to manage object-family"));
  CHECK_FALSE(rehearsal.state("data").bulk.all_begun);  // it did not try all of them
  CHECK(rehearsal.created("object-copy").empty());
  options.faults.no_service_policy = false;
  rehearsal.reopen(options);
  CHECK(rehearsal.run(bucket_plan(), approving()).done == 1);
  require_no_copy_twice(rehearsal);
  require_same_content(rehearsal);
}

TEST_CASE("storage: a bucket under a customer's key waits for one at the target") {
  Rehearsal rehearsal(with_objects(3));
  auto plan = bucket_plan("secret");
  rehearsal.tenancy().provision(bucket_plan("other").migrations.front());
  REQUIRE(ask(rehearsal, kSource, "POST", path(rehearsal),
              R"({"name":"secret","compartmentId":"ocid1.compartment.oc1..aaaaaaaasource",)"
              R"("kmsKeyId":"ocid1.key.oc1.iad.a"})")
              .ok());
  CHECK(rehearsal.run(plan, approving()).parked == 1);
  CHECK_THAT(rehearsal.state("secret").need, Contains("target_kms_key_id"));
  plan.migrations.front().fields.set("target_kms_key_id", "ocid1.key.oc1.bog.b");
  plan.migrations.front().fields = plan.migrations.front().fields.sorted();
  auto options = approving();
  options.accept_plan_change = true;
  CHECK(rehearsal.run(plan, options).done == 1);
  const auto target = ask(rehearsal, kTarget, "GET", path(rehearsal, "secret"));
  CHECK(json::parse(target.body).at("kmsKeyId").as_string() == "ocid1.key.oc1.bog.b");
}

TEST_CASE("storage: paused and resumed at any moment, it ends all the same") {
  Rehearsal whole(with_objects(1500));
  REQUIRE(whole.run(bucket_plan(), approving()).done == 1);
  for (ledger::Position at = 4; at < end_of(whole.store(), "data"); at += 3) {
    INFO("at " << at);
    Rehearsal rehearsal(with_objects(1500));
    AtPosition orders(rehearsal.store(), at, order_of(workflow::Verb::PAUSE, "data"));
    auto options = approving();
    options.orders = &orders;
    const auto paused = rehearsal.run(bucket_plan(), options);
    REQUIRE(orders.answers.size() == 1);
    REQUIRE(orders.answers[0].taken);
    REQUIRE(paused.parked == 1);
    AtPosition more(rehearsal.store(), 0, order_of(workflow::Verb::RESUME, "data"));
    options.orders = &more;
    REQUIRE(rehearsal.run(bucket_plan(), options).done == 1);
    require_no_copy_twice(rehearsal);
    require_same_content(rehearsal);
  }
}

TEST_CASE("storage: stopped and paused while a page is listed, the page is not begun") {
  // While something of the other is under way, answers still come.
  auto plan = bucket_plan();
  plan.migrations.push_back(sample_bucket("other"));
  unsigned paused = 0;
  for (unsigned turns = 1;; ++turns) {
    Rehearsal rehearsal;
    for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
    sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 64});
    AfterTurns orders(turns, order_of(workflow::Verb::PAUSE, "data"));
    auto options = approving();
    options.orders = &orders;
    workflow::Executor executor(rehearsal.store(), cloud, cloud,
                                *workflow::workflow_named(plan.workflow), options);
    orders.before = [&] { executor.stop(); };
    executor.run(plan);
    if (orders.answers.empty()) break;
    if (!orders.answers[0].taken) continue;
    ++paused;
    INFO("paused at turn " << turns);
    const ledger::EventStore& store = rehearsal.store();
    for (const auto cursor = store.scan(orders.answers[0].position); cursor->next();)
      if (cursor->event().getStream() == store.find_stream("data"))
        CHECK_FALSE(cursor->event().getBody().isBulkBegun());
  }
  CHECK(paused > 10);
}

TEST_CASE("storage: rolled back at any moment, replication is ended and the target writable") {
  Rehearsal whole;
  REQUIRE(whole.run(bucket_plan(), approving()).done == 1);
  for (ledger::Position at = 4; at < whole.store().head().position; at += 2) {
    INFO("at " << at);
    Rehearsal rehearsal;
    AtPosition orders(rehearsal.store(), at, order_of(workflow::Verb::ROLLBACK, "data"));
    auto options = approving();
    options.orders = &orders;
    REQUIRE(rehearsal.run(bucket_plan(), options).undone == 1);
    CHECK(rehearsal.state("data").status == Status::rolled_back);
    CHECK(ask(rehearsal, kSource, "GET", path(rehearsal, "data", "/replicationPolicies")).body ==
          "[]");
    const auto target = ask(rehearsal, kTarget, "GET", path(rehearsal, "data"));
    if (target.ok()) CHECK_FALSE(json::parse(target.body).at("isReadOnly").as_bool());
    CHECK(content(rehearsal, kSource).size() == 25);
  }
}

TEST_CASE("storage: what is forgotten is rolled back all the same") {
  const auto plan = bucket_plan();
  Rehearsal::for_each_forgetting(plan, approving(), "namespace", [&](Rehearsal& rehearsal) {
    rehearsal.let_lists_catch_up();
    REQUIRE(rehearsal.steer(workflow::Verb::ROLLBACK, "data").taken);
    REQUIRE(rehearsal.run(plan).undone == 1);
    CHECK(ask(rehearsal, kSource, "GET", path(rehearsal, "data", "/replicationPolicies")).body ==
          "[]");
    const auto target = ask(rehearsal, kTarget, "GET", path(rehearsal, "data"));
    if (target.ok()) CHECK_FALSE(json::parse(target.body).at("isReadOnly").as_bool());
  });
}

TEST_CASE("storage: copies whose work requests cannot be read ask a person in the end") {
  auto options = with_objects(40);
  options.durations.copy_small = {100h, 100h};
  Rehearsal rehearsal(options);
  const auto plan = bucket_plan();
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  AnsweringCloud cloud(rehearsal.tenancy(), {{"GET", "/workRequests/",
                                              error_reply(503, "ServiceUnavailable"), 1, 1000000}});
  workflow::Executor executor(rehearsal.store(), cloud, cloud,
                              *workflow::workflow_named(plan.workflow), approving());
  const Time begun = cloud.now();
  const auto result = executor.run(plan);
  CHECK(result.parked == 1);
  CHECK(cloud.now() - begun < 3h);
  CHECK_THAT(rehearsal.state("data").reason, Contains("ServiceUnavailable"));
}

TEST_CASE(
    "storage: a walk without any progress keeps to its time limit, each time it is gone on with") {
  auto options = with_objects(40);
  options.durations.copy_small = {1000h, 1000h};
  Rehearsal rehearsal(options);
  auto plan = bucket_plan();
  plan.migrations[0].fields.set("timeouts", R"({"back-fill": 7200})");
  for (int time = 0; time < 3; ++time) {
    const Time begun = rehearsal.tenancy().clock();
    const auto result = rehearsal.run(plan, approving());
    const Duration took = rehearsal.tenancy().clock() - begun;
    INFO("run " << time);
    CHECK(result.parked == 1);
    CHECK(took >= 2h);
    CHECK(took < 3h);
    CHECK_THAT(rehearsal.state("data").reason, Contains("has taken longer than"));
  }
}

TEST_CASE("storage: a walk that moves takes longer than its time limit") {
  auto options = with_objects(6000);
  options.durations.copy_small = {60s, 60s};
  Rehearsal rehearsal(options);
  auto plan = bucket_plan();
  plan.migrations[0].fields.set("timeouts", R"({"back-fill": 300})");
  const Time begun = rehearsal.tenancy().clock();
  CHECK(rehearsal.run(plan, approving()).done == 1);
  CHECK(rehearsal.tenancy().clock() - begun > 550s);
}

}  // namespace migledger::testing
