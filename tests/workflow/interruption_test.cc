// The executor, interrupted and resumed: by people, by credentials, by time that passes.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/rehearsal.h"
#include "workflow/run/executor.h"

namespace migledger::testing {

using namespace std::chrono_literals;
using adapters::sim::Fault;
using ledger::Status;
using workflow::Executor;
using workflow::Plan;
using workflow::RunResult;

namespace {

// Calls stop() when an intent of the named step is recorded: once, or twice.
class Stopper : public workflow::Observer {
 public:
  Stopper(std::string step, int times) : step_(std::move(step)), times_(times) {}
  Executor* executor = nullptr;

  void appended(const ledger::MigrationState& state, ledger::schema::Event::Reader event) override {
    const auto body = event.getBody();
    if (!body.isIntent() || state.step_name(body.getIntent().getStep()) != step_) return;
    while (times_ > 0) {
      --times_;
      executor->stop();
    }
  }
  Time waiting(Time now) override { return now + 1h; }

 private:
  std::string step_;
  int times_;
};

RunResult run_stopped(Rehearsal& rehearsal, const Plan& plan, const std::string& step, int times) {
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
  Stopper stopper(step, times);
  Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {}, &stopper);
  stopper.executor = &executor;
  return executor.run(plan);
}

unsigned count(Rehearsal& rehearsal, auto&& matches) {
  unsigned n = 0;
  const ledger::EventStore& store = rehearsal.store();
  for (const auto cursor = store.scan(1); cursor->next();)
    if (matches(cursor->event())) ++n;
  return n;
}

// Intents without an outcome.
unsigned open_intents(Rehearsal& rehearsal) {
  const auto sent = count(rehearsal, [](auto event) { return event.getBody().isIntent(); });
  return sent - count(rehearsal, [](auto event) {
           return event.getBody().isOutcome() && event.getBody().getOutcome().getIntent() != 0 &&
                  event.getBody().getOutcome().getHow() == ledger::schema::Outcome::How::REPLIED;
         });
}

void let_pass(Rehearsal& rehearsal, Duration time) {
  rehearsal.tenancy().keep_clock(rehearsal.tenancy().clock() + time);
}

// The process is gone as soon as an intent of the step is on disk.
class KillAtIntent : public workflow::Observer {
 public:
  explicit KillAtIntent(ledger::StepIndex step) : step_(step) {}
  void appended(const ledger::MigrationState&, ledger::schema::Event::Reader event) override {
    const auto body = event.getBody();
    if (body.isIntent() && body.getIntent().getStep() == step_) throw Killed{};
  }
  Time waiting(Time now) override { return now + 1h; }

 private:
  ledger::StepIndex step_;
};

// Ends with the intent of the named step recorded and its request not sent.
void run_until_intent(Rehearsal& rehearsal, const Plan& plan, std::string_view step) {
  KillAtIntent observer(workflow::compute_workflow().index_of(step));
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  adapters::sim::SimCloud cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
  Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {}, &observer);
  REQUIRE_THROWS_AS(executor.run(plan), Killed);
}

}  // namespace

TEST_CASE("stopped once: what is in flight is finished and recorded, and a later run goes on") {
  Rehearsal rehearsal;
  const RunResult stopped = run_stopped(rehearsal, plan_of(2), "create-image", 1);
  CHECK(stopped.interrupted);
  CHECK(workflow::exit_code(stopped) == 7);
  CHECK(open_intents(rehearsal) == 0);
  CHECK(count(rehearsal, [](auto event) { return event.getBody().isSessionClosed(); }) == 1);
  CHECK(rehearsal.run(plan_of(2)).done == 2);
  check_each_made_once(rehearsal, 2);
}

TEST_CASE("stopped twice: it ends at once, leaves the intent open, and a later run goes on") {
  for (const char* step : {"create-image", "export-image", "copy-object", "import-image",
                           "launch-instance", "claim-source"}) {
    INFO(step);
    Rehearsal rehearsal;
    const RunResult stopped = run_stopped(rehearsal, plan_of(2), step, 2);
    CHECK(stopped.interrupted);
    CHECK(count(rehearsal, [](auto event) { return event.getBody().isSessionClosed(); }) == 0);
    CHECK(open_intents(rehearsal) > 0);
    CHECK(rehearsal.run(plan_of(2)).done == 2);
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("401 in mid-run stops the whole run, a later run goes on") {
  // Every request in turn is the first that is refused.
  for (std::uint64_t call = 1; call < 80; call += 3) {
    adapters::sim::TenancyOptions options;
    auto refused = fault_at(Fault::unauthorized, "", "");
    refused.call = call;
    // Two migrations have calls under way; those are refused, too.
    refused.times = 2;
    options.faults.scripted.push_back(refused);
    Rehearsal rehearsal(options);
    const RunResult first = rehearsal.run(plan_of(2));
    INFO("call " << call);
    CHECK(!first.credentials_error.empty());
    CHECK(workflow::exit_code(first) == 6);
    CHECK(first.failed == 0);
    RunResult last = first;
    for (int i = 0; i < 3 && last.done < 2; ++i) last = rehearsal.run(plan_of(2));
    CHECK(last.done == 2);
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("a token that nobody could send again in time is proven unused, and a new one is sent") {
  for (const char* step : {"create-image", "export-image", "import-image", "launch-instance"}) {
    INFO(step);
    Rehearsal rehearsal;
    run_until_intent(rehearsal, plan_of(1), step);
    let_pass(rehearsal, 25h);
    const RunResult result = rehearsal.run(plan_of(1));
    const auto state = rehearsal.state("web-1");
    INFO(state.reason);
    CHECK(result.done == 1);
    CHECK(state.generation(workflow::compute_workflow().index_of(step)) == 2);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("a token younger than a day is sent again as it was") {
  Rehearsal rehearsal;
  run_until_intent(rehearsal, plan_of(1), "create-image");
  let_pass(rehearsal, 22h);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  CHECK(rehearsal.state("web-1").generation(
            workflow::compute_workflow().index_of("create-image")) == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("what was made by a request whose reply nobody saw is found a day later") {
  for (const char* step : {"create-image", "import-image", "launch-instance"}) {
    INFO(step);
    Rehearsal rehearsal;
    REQUIRE(run_stopped(rehearsal, plan_of(1), step, 1).interrupted);
    // Of the outcome that was recorded, nothing is left.
    rehearsal.store().truncate(rehearsal.state("web-1").attempt.latest - 1);
    let_pass(rehearsal, 25h);
    const RunResult result = rehearsal.run(plan_of(1));
    INFO(rehearsal.state("web-1").reason);
    CHECK(result.done == 1);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("work requests that expired while nobody ran: what they made tells") {
  // Stopped just after the request was accepted, then nobody runs for longer than they are kept.
  for (const unsigned migrations : {1u, 6u}) {
    for (const char* step :
         {"create-image", "export-image", "copy-object", "import-image", "launch-instance"}) {
      INFO(step << ", " << migrations << " at once");
      Rehearsal rehearsal;
      const Plan plan = plan_of(migrations);
      const RunResult stopped = run_stopped(rehearsal, plan, step, 1);
      REQUIRE(stopped.interrupted);
      let_pass(rehearsal, 48h);
      const RunResult result = rehearsal.run(plan);
      INFO(rehearsal.state("web-1").reason);
      CHECK(result.done == migrations);
      check_each_made_once(rehearsal, migrations);
    }
  }
}

TEST_CASE("an export whose work request expired and left no object is made anew") {
  adapters::sim::TenancyOptions options;
  options.faults.scripted.push_back(
      fault_at(Fault::work_request_fails, "POST", "/20160918/images/"));
  Rehearsal rehearsal(options);
  REQUIRE(run_stopped(rehearsal, plan_of(1), "export-image", 1).interrupted);
  let_pass(rehearsal, 48h);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  CHECK(rehearsal.state("web-1").generation(
            workflow::compute_workflow().index_of("export-image")) == 2);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("what is found in place of what died is not judged by the work request of the dead") {
  adapters::sim::TenancyOptions options;
  auto fails = fault_at(Fault::work_request_fails, "POST", "/20160918/images", "sa-bogota-1");
  auto lost = fault_at(Fault::lost_after, "POST", "/20160918/images", "sa-bogota-1");
  lost.call = 2;
  options.faults.scripted = {fails, lost};
  Rehearsal rehearsal(options);
  CHECK(rehearsal.run(plan_of(1)).done == 1);
  CHECK(rehearsal.created("imported-image").size() == 2);
  CHECK(rehearsal.state("web-1").generation(
            workflow::compute_workflow().index_of("import-image")) == 2);
}

TEST_CASE("what stays out of sight is not read for without end: a person is asked") {
  struct Made {
    const char* step;
    const char* region;
    const char* collection;
    const char* fact;
  };
  for (const Made& made :
       {Made{"create-image", "us-ashburn-1", "images", "image_id"},
        Made{"import-image", "sa-bogota-1", "images", "target_image_id"},
        Made{"launch-instance", "sa-bogota-1", "instances", "target_instance_id"}}) {
    // One is read by its id, many from a list.
    for (const unsigned migrations : {1u, 6u}) {
      INFO(made.step << ", " << migrations << " at once");
      Rehearsal rehearsal;
      REQUIRE(run_stopped(rehearsal, plan_of(migrations), made.step, 1).interrupted);
      let_pass(rehearsal, 1h);
      // Somebody deletes them, and after some hours nothing tells that there ever were any.
      std::set<std::string> deleted;
      for (unsigned n = 1; n <= migrations; ++n) {
        const std::string name = "web-" + std::to_string(n);
        workflow::Request request;
        request.region = made.region;
        request.method = "DELETE";
        request.path = fmt::format("/20160918/{}/{}", made.collection,
                                   rehearsal.state(name).facts.get(made.fact));
        if (rehearsal.tenancy().handle(request, rehearsal.tenancy().clock()).ok())
          deleted.insert(name);
      }
      REQUIRE_FALSE(deleted.empty());
      let_pass(rehearsal, 48h);
      const RunResult result = rehearsal.run(plan_of(migrations));
      CHECK(result.parked == deleted.size());
      CHECK(result.done == migrations - deleted.size());
      for (const auto& name : deleted) {
        const auto state = rehearsal.state(name);
        CHECK(state.status == Status::parked);
        CHECK(state.reason.find("cannot be found") != std::string::npos);
      }
    }
  }
}

TEST_CASE("a ledger put back finds what it made as a later generation, and makes it no more") {
  for (const char* step : {"export-image", "copy-object"}) {
    INFO(step);
    const bool copies = std::string_view(step) == "copy-object";
    adapters::sim::TenancyOptions options;
    const std::string space = Rehearsal().tenancy().object_namespace();
    options.faults.scripted.push_back(
        copies ? fault_at(Fault::work_request_fails, "POST",
                          "/n/" + space + "/b/migration-staging/actions/copyObject")
               : fault_at(Fault::work_request_fails, "POST", "/20160918/images/"));
    Rehearsal rehearsal(options);
    REQUIRE(rehearsal.run(plan_of(1)).done == 1);
    const auto index = workflow::compute_workflow().index_of(step);
    REQUIRE(rehearsal.state("web-1").generation(index) == 2);
    const auto objects = [&] {
      return rehearsal.created("object").size() + rehearsal.created("object-copy").size();
    };
    const auto before = objects();
    ledger::Position first = 0;
    const ledger::EventStore& store = rehearsal.store();
    for (const auto cursor = store.scan(1); first == 0 && cursor->next();) {
      const auto body = cursor->event().getBody();
      if (body.isIntent() && body.getIntent().getStep() == index)
        first = cursor->event().getPosition();
    }
    rehearsal.store().truncate(first - 1);
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    CHECK(objects() == before);
  }
}

TEST_CASE(
    "stopped between a decision and its record: what was decided is neither recorded nor sent") {
  class Stopping : public adapters::sim::SimCloud {
   public:
    using SimCloud::SimCloud;
    workflow::Executor* executor = nullptr;
    unsigned until = 0;       // calls of capacity(): it is asked for each sending that is decided
    unsigned after_stop = 0;  // requests that change something, started after the stop

    std::size_t capacity() const override {
      if (executor && until > 0 && --const_cast<Stopping*>(this)->until == 0) {
        const_cast<Stopping*>(this)->stopped = true;
        executor->stop();
      }
      return SimCloud::capacity();
    }
    void start(workflow::CallId call, workflow::Request request) override {
      if (stopped && !request.reads()) ++after_stop;
      SimCloud::start(call, std::move(request));
    }
    bool stopped = false;
  };
  const auto plan = plan_of(2);
  unsigned stops = 0;
  for (unsigned until = 1; until < 400; until += 3) {
    Rehearsal rehearsal;
    for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
    Stopping cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
    Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
    cloud.executor = &executor;
    cloud.until = until;
    const RunResult result = executor.run(plan);
    INFO("stopped at " << until);
    CHECK(cloud.after_stop == 0);
    CHECK(open_intents(rehearsal) == 0);
    if (result.interrupted) ++stops;
    cloud.executor = nullptr;
    CHECK(rehearsal.run(plan).done == 2);
    check_each_made_once(rehearsal, 2);
  }
  CHECK(stops > 20);
}

namespace {

// The simulated tenancy, reached by another transport.
class OtherTransport : public adapters::sim::SimCloud {
 public:
  using SimCloud::SimCloud;
  workflow::CloudIdentity identity() const override {
    auto who = SimCloud::identity();
    who.transport = "another";
    return who;
  }
};

RunResult run_by_another_transport(Rehearsal& rehearsal, const Plan& plan) {
  OtherTransport cloud(rehearsal.tenancy(), {.speed = 0, .parallel = 256});
  Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
  return executor.run(plan);
}

}  // namespace

TEST_CASE("what one transport may have sent is not sent again by another") {
  for (const char* step : {"create-image", "copy-object", "import-image", "launch-instance"}) {
    INFO(step);
    Rehearsal rehearsal;
    run_until_intent(rehearsal, plan_of(1), step);
    const auto sent = [&] {
      return count(rehearsal, [](auto event) { return event.getBody().isIntent(); });
    };
    const auto before = sent();
    CHECK(run_by_another_transport(rehearsal, plan_of(1)).parked == 1);
    CHECK(rehearsal.state("web-1").reason.find("another transport") != std::string::npos);
    CHECK(rehearsal.state("web-1").need.find("transport it was sent by") != std::string::npos);
    CHECK(sent() == before);
    // Nor by a later run over it; the one that it was first sent by goes on.
    CHECK(run_by_another_transport(rehearsal, plan_of(1)).parked == 1);
    CHECK(sent() == before);
    CHECK(rehearsal.run(plan_of(1)).done == 1);
    check_each_made_once(rehearsal, 1);
  }
}

TEST_CASE("another transport goes on with all that is not in doubt") {
  Rehearsal rehearsal;
  REQUIRE(run_stopped(rehearsal, plan_of(1), "create-image", 1).interrupted);
  CHECK(run_by_another_transport(rehearsal, plan_of(1)).done == 1);
  check_each_made_once(rehearsal, 1);
}

TEST_CASE("each time that a person goes on after a time limit, the same time is granted again") {
  for (const char* step :
       {"await-image", "await-export", "await-copy", "await-import", "await-running"}) {
    INFO(step);
    adapters::sim::TenancyOptions slow;
    slow.durations.create_image = slow.durations.export_image = slow.durations.copy_object =
        slow.durations.import_image = slow.durations.launch = {10h, 10h};
    Rehearsal rehearsal(slow);
    auto plan = plan_of(1);
    const auto limits = [&](const std::string& words) {
      plan.migrations[0].fields.set("timeouts", words);
      plan.migrations[0].fields = plan.migrations[0].fields.sorted();
    };
    limits(fmt::format(R"({{"{}":300}})", step));
    plan.migrations[0].fields.set("poll_interval_seconds", "10");
    REQUIRE(rehearsal.run(plan).parked == 1);
    REQUIRE(rehearsal.state("web-1").reason.find("has taken longer than") != std::string::npos);
    for (int again = 0; again < 3; ++again) {
      const Time begun = rehearsal.tenancy().clock();
      CHECK(rehearsal.run(plan).parked == 1);
      const Duration took = rehearsal.tenancy().clock() - begun;
      CHECK(took >= 300s);
      CHECK(took < 400s);
    }
  }
}

}  // namespace migledger::testing
