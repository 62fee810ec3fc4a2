#include "workflow/run/executor.h"

#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using workflow::Plan;
using workflow::RunResult;

namespace {

void check_each_made_once_in_one_bucket(const Rehearsal& rehearsal, std::size_t migrations) {
  check_each_made_once(rehearsal, migrations);
  CHECK(rehearsal.created("bucket").size() == 1);
}

// Counts how often the lists of boot volumes are read.
class ListingCloud : public adapters::sim::SimCloud {
 public:
  using SimCloud::SimCloud;
  void start(workflow::CallId call, workflow::Request request) override {
    if (request.path == "/20160918/bootVolumes") ++lists;
    SimCloud::start(call, std::move(request));
  }
  unsigned lists = 0;
};

}  // namespace

TEST_CASE("a migration runs to its end and makes each thing once") {
  Rehearsal rehearsal;
  const RunResult result = rehearsal.run(plan_of(1));
  const auto state = rehearsal.state("web-1");
  INFO(state.reason);
  CHECK(result.done == 1);
  CHECK(state.status == ledger::Status::done);
  CHECK(!state.facts.get("target_instance_id").empty());
  check_each_made_once_in_one_bucket(rehearsal, 1);
}

TEST_CASE("one at a time, all have their turn, also after one that failed") {
  adapters::sim::TenancyOptions options;
  adapters::sim::ScriptedFault fault;
  fault.fault = adapters::sim::Fault::work_request_fails;
  fault.method = "POST";
  fault.path = "/20160918/images";
  fault.region = "us-ashburn-1";
  fault.call = 2;  // its first export, and the two after it
  fault.times = 3;
  options.faults.scripted.push_back(fault);
  Rehearsal rehearsal(options);
  workflow::RunOptions one;
  one.parallel = 1;
  const RunResult result = rehearsal.run(plan_of(3), one);
  CHECK(result.failed == 1);
  CHECK(result.done == 2);
  CHECK(result.not_started.size() == 0);
}

TEST_CASE("credentials that are refused in mid-run end it at once") {
  adapters::sim::TenancyOptions options;
  options.faults.unauthorized_from_call = 9;
  Rehearsal rehearsal(options);
  const Time start = rehearsal.tenancy().clock();
  const RunResult result = rehearsal.run(plan_of(1));
  CHECK_FALSE(result.credentials_error.empty());
  CHECK(rehearsal.tenancy().clock() - start < std::chrono::minutes(5));
}

TEST_CASE("a run killed after every append, over and over, makes nothing twice") {
  for (const unsigned every : {1u, 2u, 3u, 7u}) {
    Rehearsal rehearsal;
    const RunResult result = rehearsal.run_with_kills(plan_of(5), every, 2000);
    INFO("killed after every " << every << " appends");
    CHECK(result.done == 5);
    check_each_made_once_in_one_bucket(rehearsal, 5);
  }
}

TEST_CASE("a ledger restored from an earlier copy adopts what it had forgotten") {
  Rehearsal whole;
  REQUIRE(whole.run(plan_of(1)).done == 1);
  const auto head = whole.store().head().position;
  for (ledger::Position kept = 1; kept < head; ++kept) {
    Rehearsal rehearsal;
    REQUIRE(rehearsal.run(plan_of(1)).done == 1);
    rehearsal.store().truncate(kept);
    const RunResult result = rehearsal.run(plan_of(1));
    INFO("kept " << kept << " of " << head << ": " << rehearsal.state("web-1").reason);
    CHECK(result.done == 1);
    check_each_made_once_in_one_bucket(rehearsal, 1);
  }
}

TEST_CASE("lost requests and replies, throttling and server errors make nothing twice") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    adapters::sim::TenancyOptions options;
    options.seed = seed;
    using adapters::sim::Fault;
    for (const auto fault : {Fault::throttled, Fault::error_before, Fault::error_after,
                             Fault::lost_before, Fault::lost_after, Fault::delayed})
      options.faults.rates[static_cast<std::size_t>(fault)] = 0.06;
    Rehearsal rehearsal(options);
    const RunResult result = rehearsal.run(plan_of(3));
    INFO("seed " << seed << " " << rehearsal.state("web-1").reason << " / "
                 << rehearsal.state("web-2").reason << " / " << rehearsal.state("web-3").reason);
    CHECK(result.done == 3);
    check_each_made_once_in_one_bucket(rehearsal, 3);
  }
}

TEST_CASE("more migrations than may run at once are all done") {
  for (const std::size_t parallel : {1u, 2u, 3u}) {
    Rehearsal rehearsal;
    workflow::RunOptions options;
    options.parallel = parallel;
    const RunResult result = rehearsal.run(plan_of(5), options);
    INFO("parallel " << parallel);
    CHECK(result.done == 5);
    CHECK(result.not_started.size() == 0);
  }
}

TEST_CASE("a migration that waits for another starts when that is done, also with room for one") {
  Plan plan = plan_of(3);
  plan.migrations[0].depends_on = {"web-2"};
  plan.migrations[1].depends_on = {"web-3"};
  Rehearsal rehearsal;
  workflow::RunOptions options;
  options.parallel = 1;
  CHECK(rehearsal.run(plan, options).done == 3);
}

TEST_CASE("a few at a time of a large plan read each its own, not lists of what all move") {
  // Six begin; all others wait for the last of them, which waits for a person.
  const auto lists_of = [](unsigned planned) {
    Plan plan = plan_of(planned);
    plan.migrations[5].fields.set("allow_source_downtime", "false");
    for (unsigned n = 6; n < planned; ++n) plan.migrations[n].depends_on = {"web-6"};
    Rehearsal rehearsal;
    for (unsigned n = 0; n < 6; ++n) rehearsal.tenancy().provision(plan.migrations[n]);
    ListingCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
    workflow::Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
    const RunResult result = executor.run(plan);
    CHECK(result.done == 5);
    CHECK(result.not_started.size() == planned - 6);
    return cloud.lists;
  };
  CHECK(lists_of(6) > 0);
  CHECK(lists_of(5000) == 0);
}

TEST_CASE("a failed work request is recorded and made anew") {
  adapters::sim::TenancyOptions options;
  adapters::sim::ScriptedFault fault;
  fault.fault = adapters::sim::Fault::work_request_fails;
  fault.method = "POST";
  fault.path = "/20160918/images";
  fault.region = "us-ashburn-1";
  options.faults.scripted.push_back(fault);
  Rehearsal rehearsal(options);
  const RunResult result = rehearsal.run(plan_of(1));
  const auto state = rehearsal.state("web-1");
  INFO(state.reason);
  CHECK(result.done == 1);
  CHECK(state.generation(workflow::compute_workflow().index_of("create-image")) == 2);
}

TEST_CASE("by pre-authenticated requests, killed after every append") {
  for (const unsigned every : {1000000u, 1u, 2u, 3u}) {
    Plan plan = plan_of(2);
    for (auto& migration : plan.migrations) migration.fields.set("transfer", "par");
    Rehearsal rehearsal;
    const RunResult result = rehearsal.run_with_kills(plan, every, 3000);
    INFO("every " << every << ": " << rehearsal.state("web-1").reason);
    CHECK(result.done == 2);
    check_each_made_once_in_one_bucket(rehearsal, 2);
  }
}

TEST_CASE("a resumed run keeps to its own bound of migrations at once") {
  Rehearsal rehearsal;
  const Plan plan = plan_of(3);
  unsigned appends = 0;
  rehearsal.store().after_append = [&](ledger::Position) {
    if (++appends == 20) throw Killed{};
  };
  workflow::RunOptions wide;
  wide.parallel = 3;
  CHECK_THROWS_AS(rehearsal.run(plan, wide), Killed);
  rehearsal.store().after_append = nullptr;
  const auto resumed_at = rehearsal.store().head().position;

  workflow::RunOptions narrow;
  narrow.parallel = 1;
  REQUIRE(rehearsal.run(plan, narrow).done == 3);
  std::vector<ledger::StreamId> order;
  for (const auto cursor = rehearsal.store().scan(resumed_at + 1, ~ledger::Position{0});
       cursor->next();) {
    const auto event = cursor->event();
    const bool lost = event.getBody().isOutcome() &&
                      event.getBody().getOutcome().getHow() == ledger::schema::Outcome::How::LOST;
    const auto stream = event.getStream();
    if (lost || stream == ledger::kLedgerStream) continue;
    if (order.empty() || order.back() != stream) order.push_back(stream);
  }
  CHECK(order.size() == 3);
}

TEST_CASE("what an earlier run sent and never heard of is recorded as unknown") {
  unsigned intents = 0;
  for (unsigned killed_at = 1; killed_at <= 40; ++killed_at) {
    Rehearsal rehearsal;
    unsigned appends = 0;
    rehearsal.store().after_append = [&](ledger::Position) {
      if (++appends == killed_at) throw Killed{};
    };
    CHECK_THROWS_AS(rehearsal.run(plan_of(1)), Killed);
    rehearsal.store().after_append = nullptr;
    const auto last = rehearsal.store().head().position;
    const auto cursor = rehearsal.store().scan(last, last);
    REQUIRE(cursor->next());
    if (!cursor->event().getBody().isIntent()) continue;
    ++intents;
    REQUIRE(rehearsal.run(plan_of(1)).done == 1);
    // The session, then the outcome.
    const auto after = rehearsal.store().scan(last + 2, last + 2);
    REQUIRE(after->next());
    REQUIRE(after->event().getBody().isOutcome());
    const auto outcome = after->event().getBody().getOutcome();
    CHECK(outcome.getIntent() == last);
    CHECK(outcome.getResult() == ledger::schema::Outcome::Result::UNKNOWN);
    CHECK(outcome.getHow() == ledger::schema::Outcome::How::LOST);
  }
  CHECK(intents > 2);
}

}  // namespace migledger::testing
