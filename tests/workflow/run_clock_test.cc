// A run's clock, and runs whose machine's clock was set wrong or right meanwhile.
#include "workflow/run/run_clock.h"

#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using namespace std::chrono_literals;
using workflow::RunClock;

namespace {

class SetClock : public workflow::Clock {
 public:
  Time shown = Time(1'800'000'000s);
  Duration passed{};

  Time now() override { return shown; }
  Duration elapsed() override { return passed; }
  void pass(Duration time) {
    shown += time;
    passed += time;
  }
};

// The simulated tenancy as a machine sees it whose clock is off.
class OffClock : public workflow::Cloud, public workflow::Clock {
 public:
  OffClock(adapters::sim::Tenancy& tenancy, Duration off)
      : sim_(tenancy, {.speed = 0, .parallel = 256}), off_(off) {}

  Duration off() const { return off_; }
  void set(Duration off) { off_ = off; }
  Time true_time() { return sim_.now(); }

  Time now() override { return sim_.now() + off_; }
  Duration elapsed() override { return sim_.elapsed(); }
  workflow::CloudIdentity identity() const override { return sim_.identity(); }
  std::size_t capacity() const override { return sim_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    ++calls;
    if (on_call) on_call(calls);
    if (on_request) on_request(request);
    sim_.start(call, std::move(request));
  }
  std::optional<workflow::Completion> next(Time deadline) override {
    return sim_.next(deadline == Time::min() ? deadline : deadline - off_);
  }
  void interrupt() override { sim_.interrupt(); }
  std::string quiesce(Duration) override { return {}; }
  void abandon() override { sim_.abandon(); }

  unsigned calls = 0;
  std::function<void(unsigned)> on_call;
  std::function<void(const workflow::Request&)> on_request;

 private:
  adapters::sim::SimCloud sim_;
  Duration off_;
};

// Runs, and returns how long that took in truth.
Duration run(Rehearsal& rehearsal, const workflow::Plan& plan, OffClock& cloud) {
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  const Time begun = cloud.true_time();
  workflow::Executor executor(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
  executor.run(plan);
  return cloud.true_time() - begun;
}

}  // namespace

TEST_CASE("run clock: it is the machine's, while that is not behind") {
  SetClock machine;
  RunClock clock(machine, machine.shown - 1h);
  CHECK(clock.read() == machine.shown);
  machine.pass(10s);
  CHECK(clock.read() == machine.shown);
  CHECK(clock.ahead() == Duration::zero());
  CHECK(clock.on_machine(machine.shown + 5s) == machine.shown + 5s);
}

TEST_CASE("run clock: behind the ledger it goes on from there, as fast as time passes") {
  SetClock machine;
  const Time head = machine.shown + 72h;
  RunClock clock(machine, head);
  CHECK(clock.read() == head);
  CHECK(clock.ahead() == 72h);
  machine.pass(20s);
  CHECK(clock.read() == head + 20s);
  // A pause of 5 s ends when the machine's clock has gone on by 5 s.
  CHECK(clock.on_machine(head + 25s) == machine.shown + 5s);
}

TEST_CASE("run clock: setting the machine's clock back neither stops it nor turns it back") {
  SetClock machine;
  RunClock clock(machine, machine.shown);
  machine.pass(30s);
  const Time before = clock.read();
  machine.shown -= 72h;
  CHECK(clock.read() == before);
  machine.pass(7s);
  CHECK(clock.read() == before + 7s);
  // Set right again, it does not count the correction as time that has passed.
  machine.shown += 72h;
  CHECK(clock.read() == before + 7s);
}

TEST_CASE("run clock: setting the machine's clock ahead is followed, and setting it right after") {
  SetClock machine;
  RunClock clock(machine, machine.shown);
  machine.shown += 1h;
  const Time ahead = clock.read();
  CHECK(ahead == machine.shown);
  machine.shown -= 1h;
  machine.pass(3s);
  CHECK(clock.read() == ahead + 3s);
}

TEST_CASE("a run after one whose clock was days ahead goes on at once") {
  Rehearsal usual;
  OffClock right(usual.tenancy(), 0s);
  const Duration as_usual = run(usual, plan_of(2), right);

  for (const Duration off : {Duration(1h), Duration(72h), Duration(365 * 24h)}) {
    Rehearsal rehearsal;
    adapters::sim::ScriptedFault fault = fault_at(adapters::sim::Fault::unauthorized, "", "");
    OffClock cloud(rehearsal.tenancy(), off);
    // The first run ends in the middle, with an operation under way.
    workflow::Executor* running = nullptr;
    cloud.on_call = [&](unsigned calls) {
      if (calls == 20) running->stop();
    };
    for (const auto& migration : plan_of(2).migrations) rehearsal.tenancy().provision(migration);
    const auto plan = plan_of(2);
    workflow::Executor first(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
    running = &first;
    REQUIRE(first.run(plan).interrupted);
    cloud.on_call = nullptr;

    cloud.set(0s);
    const Duration took = run(rehearsal, plan, cloud);
    CHECK(rehearsal.state("web-1").status == ledger::Status::done);
    CHECK(rehearsal.state("web-2").status == ledger::Status::done);
    CHECK(took <= as_usual + 30min);
    check_each_made_once(rehearsal, 2);
  }
}

TEST_CASE("a clock that is set back or ahead in mid-run does not hold the run up") {
  Rehearsal usual;
  OffClock right(usual.tenancy(), 0s);
  const Duration as_usual = run(usual, plan_of(2), right);
  for (unsigned at = 5; at < 60; at += 9) {
    for (const Duration by : {Duration(-72h), Duration(-10min)}) {
      Rehearsal rehearsal;
      OffClock cloud(rehearsal.tenancy(), 0s);
      cloud.on_call = [&](unsigned calls) {
        if (calls == at) cloud.set(by);
      };
      INFO("call " << at << ", by " << by.count());
      CHECK(run(rehearsal, plan_of(2), cloud) <= as_usual + 30min);
      CHECK(rehearsal.state("web-2").status == ledger::Status::done);
      check_each_made_once(rehearsal, 2);
    }
  }
}

TEST_CASE("a clock that is set ahead between two runs does not shorten the settle window") {
  auto plan = plan_of(1);
  plan.migrations[0].fields.set("transfer", "par");
  adapters::sim::TenancyOptions options;
  // Takes no retry token, and its reply is lost: only time proves that nothing came of it.
  options.faults.scripted.push_back(
      fault_at(adapters::sim::Fault::lost_before, "POST", "/n/", "us-ashburn-1"));
  Rehearsal rehearsal(options);
  OffClock cloud(rehearsal.tenancy(), 0s);
  std::vector<Time> sent;
  workflow::Executor* running = nullptr;
  cloud.on_request = [&](const workflow::Request& request) {
    if (request.method != "POST" || request.path.find("/p") == std::string::npos) return;
    sent.push_back(cloud.true_time());
    if (running) running->stop();
  };
  for (const auto& migration : plan.migrations) rehearsal.tenancy().provision(migration);
  workflow::Executor first(rehearsal.store(), cloud, cloud, workflow::compute_workflow(), {});
  running = &first;
  REQUIRE(first.run(plan).interrupted);
  running = nullptr;
  REQUIRE(sent.size() == 1);
  cloud.set(24h);
  run(rehearsal, plan, cloud);
  CHECK(rehearsal.state("web-1").status == ledger::Status::done);
  REQUIRE(sent.size() >= 2);
  CHECK(sent[1] - sent[0] >= 600s);
}

}  // namespace migledger::testing
