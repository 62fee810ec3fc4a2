// A configuration that changed after its migration began.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

// A plan of two whose first migration was stopped at that step.
class Stopped {
 public:
  explicit Stopped(const std::string& step) {
    plan = simulated_plan(2);
    write();
    const auto program = work.start(command("1000"));
    program->await_output("\"step\":\"" + step + "\",\"kind\":\"outcome\"");
    program->kill();
    events = history_of(work, "ledger").size();
  }

  void write() { work.write("plan.json", json::serialize(plan)); }

  ProgramResult run(const std::vector<std::string>& more = {}) {
    write();
    auto all = command("0");
    all.insert(all.end(), more.begin(), more.end());
    return work.run(all);
  }

  static std::vector<std::string> command(const std::string& speed) {
    return {"run",      "--config", "plan.json",   "--cloud", "sim",
            "--ledger", "ledger",   "--sim-speed", speed,     "--json"};
  }

  // A refusal changes nothing.
  void require_unchanged() { REQUIRE(history_of(work, "ledger").size() == events); }

  Workplace work;
  json::object plan;
  std::size_t events = 0;
};

}  // namespace

TEST_CASE("A change is listed and refused, and recorded when it is accepted in time") {
  Stopped stopped("claim-source");
  stopped.plan.at("defaults").as_object()["target_instance_shape"] = "VM.Standard.E5.Flex";
  const auto refused = stopped.run();
  CHECK(refused.exit_code == 8);
  CHECK(contains(refused.err, "vm-01: target_instance_shape"));
  CHECK(contains(refused.err, "in the ledger: VM.Standard.E4.Flex"));
  CHECK(contains(refused.err, "in the file:   VM.Standard.E5.Flex"));
  CHECK(contains(refused.err, "--accept-plan-change"));
  stopped.require_unchanged();

  const auto accepted = stopped.run({"--accept-plan-change"});
  INFO(accepted.err);
  CHECK(accepted.exit_code == 0);
  const auto events = history_of(stopped.work, "ledger");
  const auto changes = events_of_kind(events, "planChanged");
  CHECK(changes.size() == 2);
  for (const auto& change : changes)
    CHECK(contains(json::serialize(change), "--accept-plan-change of target_instance_shape"));
  for (const auto& intent : events_of_kind(events, "intent"))
    if (text_of(intent, "step") == "launch-instance")
      CHECK(contains(json::serialize(intent), "VM.Standard.E5.Flex"));
  require_one_of_everything(stopped.work, "ledger.sim", 2);
  // And from here on it is the plan.
  CHECK(stopped.run().exit_code == 0);
}

TEST_CASE("A change that comes too late is refused for good, and says why") {
  Stopped stopped("copy-object");
  json::object& defaults = stopped.plan.at("defaults").as_object();
  const json::object before = defaults;
  defaults["target_region"] = "sa-saopaulo-1";
  defaults["target_ad"] = "Uocm:SA-SAOPAULO-1-AD-1";
  defaults["target_subnet_id"] = "ocid1.subnet.oc1.sa-saopaulo-1.aaaaaaaaexamplesubnet";
  const auto result = stopped.run({"--accept-plan-change"});
  CHECK(result.exit_code == 8);
  CHECK(contains(result.err, "target_region"));
  CHECK(contains(result.err, "cannot change any more"));
  CHECK(contains(result.err, "another name"));
  stopped.require_unchanged();

  stopped.plan.at("defaults") = before;
  CHECK(stopped.run().exit_code == 0);
  require_one_of_everything(stopped.work, "ledger.sim", 2);
}

TEST_CASE("Members in another order, and another number at once, are no change") {
  Stopped stopped("claim-source");
  auto& migration = migration_at(stopped.plan, 0);
  const auto name = migration.at("name");
  migration.erase("name");
  migration["name"] = name;
  stopped.plan["parallel"] = 1;
  CHECK(stopped.run().exit_code == 0);
}
