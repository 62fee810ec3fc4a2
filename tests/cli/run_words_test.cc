// What a run says of what it did not do, and of what it leaves.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/simulated_plan.h"
#include "tests/support/temp_directory.h"

using namespace migledger::testing;
using Catch::Contains;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// vm-02 and those after it depend on vm-01.
json::object chain(unsigned count) {
  json::object plan = simulated_plan(count);
  for (unsigned i = 1; i < count; ++i) migration_at(plan, i)["depends_on"] = {vm(1)};
  return plan;
}

std::vector<std::string> on_ledger(std::vector<std::string> command) {
  for (const auto* more : {"--config", "plan.json", "--cloud", "sim", "--ledger", "ledger"})
    command.emplace_back(more);
  return command;
}

std::vector<std::string> fast(std::vector<std::string> command) {
  command = on_ledger(std::move(command));
  for (const auto* more : {"--sim-speed", "0"}) command.emplace_back(more);
  return command;
}

}  // namespace

TEST_CASE("run words: what --only leaves out is said to be left out") {
  Workplace work;
  work.write("plan.json", json::serialize(chain(2)));
  const auto result = work.run(fast({"run", "--only", vm(2)}));
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, Contains("vm-02 was not started: it waits for vm-01, which is not among "
                                  "those of this run and is not done"));
}

TEST_CASE("run words: those that wait for the same are told together") {
  Workplace work;
  json::object plan = chain(8);
  plan["defaults"].as_object()["allow_source_downtime"] = false;
  work.write("plan.json", json::serialize(plan));
  const auto result = work.run(fast({"run"}));
  CHECK_THAT(result.out, Contains("vm-02, vm-03, vm-04 and 4 more were not started, each: it waits "
                                  "for vm-01, which waits for a person"));
}

TEST_CASE("run words: a dry run ends with a result as a run does") {
  Workplace work;
  work.write("plan.json", json::serialize(chain(2)));
  for (const char* only : {"vm-01", "vm-02"}) {
    auto command = on_ledger({"run", "--dry-run", "--json"});
    command.insert(command.end(), {"--only", only});
    const auto result = work.run(command);
    const auto lines = json_lines(result.out);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.back().at("exit_code").as_int64() == result.exit_code);
    CHECK(lines.back().at("dry_run").as_bool());
    CHECK(number_of(lines.back(), "not_started") == (only == vm(2) ? 1 : 0));
  }
}

TEST_CASE("run words: a dry run of a plan with secrets leaves no key") {
  Workplace work;
  json::object plan = simulated_plan(1);
  migration_at(plan, 0)["metadata"] = {{"db_password", "hunter2xyz"}};
  work.write("plan.json", json::serialize(plan));
  StartOptions options;
  options.environment = {{"XDG_STATE_HOME", (work / "state").string()}};
  const auto dry = work.run(on_ledger({"run", "--dry-run"}), options);
  CHECK(dry.exit_code == 0);
  CHECK_THAT(dry.out, !Contains("hunter2xyz"));
  CHECK_FALSE(fs::exists(work / "state"));
  CHECK(work.run(fast({"run"}), options).exit_code == 0);
  CHECK(fs::exists(work / "state/migledger/secret.key"));
  CHECK(work.run(on_ledger({"run", "--dry-run"}), options).exit_code == 0);
}

TEST_CASE("run words: the name of a migration of another workflow is a wrong name") {
  Workplace work;
  rehearse_and_sign(work);
  REQUIRE(work.run({"init", "-w", "volume-replication", "vol.json"}).exit_code == 0);
  std::string text = migledger::test::read_file(work / "vol.json");
  text.replace(text.find("db-data"), 7, vm(1));
  work.write("vol.json", text);
  for (const char* how : {"--yes", "--dry-run"}) {
    const auto result = work.run({"run", "--config", "vol.json", "--cloud", "sim", "--ledger",
                                  "ledger", "--sim-speed", "0", how});
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("choose another name, or another ledger"));
    CHECK_THAT(result.err, Contains("volume-replication"));
  }
}

TEST_CASE("run words: a rollback names what it leaves, and what is gone is said to be gone") {
  Workplace work;
  rehearse_and_sign(work);
  const auto compute = work.run(fast({"rollback", vm(1), "--yes", "--reason", "x"}));
  CHECK(compute.exit_code == 0);
  CHECK_THAT(compute.out, Contains("what it made is removed, but for the bucket "));
  CHECK_THAT(compute.out, !Contains("nothing had to be sent"));

  REQUIRE(work.run({"init", "-w", "storage-replication", "bucket.json"}).exit_code == 0);
  const auto on_bucket = [&](std::vector<std::string> command) {
    for (const auto* more :
         {"--config", "bucket.json", "--cloud", "sim", "--ledger", "buckets", "--sim-speed", "0"})
      command.emplace_back(more);
    return work.run(command);
  };
  REQUIRE(on_bucket({"run", "--yes=cutover"}).exit_code == 0);
  const auto bucket = on_bucket({"rollback", "pictures", "--yes", "--reason", "x"});
  CHECK_THAT(bucket.out, Contains("but for the new bucket and what was copied to pictures in "));
}

TEST_CASE("run words: an order that waits for the next run says so") {
  Workplace work;
  json::object plan = simulated_plan(1);
  plan["defaults"].as_object()["allow_source_downtime"] = false;
  work.write("plan.json", json::serialize(plan));
  REQUIRE(work.run(fast({"run"})).exit_code == 3);
  const auto ordered = [&](std::vector<std::string> command) {
    command.insert(command.end(), {"--ledger", "ledger"});
    return work.run(command).out;
  };
  CHECK_THAT(ordered({"pause", vm(1)}), !Contains("no run is under way"));
  for (const char* verb : {"resume", "approve", "cancel"})
    CHECK_THAT(ordered({verb, vm(1)}), Contains("no run is under way: the next migledger run"));
}
