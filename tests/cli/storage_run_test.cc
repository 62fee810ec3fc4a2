// The storage workflow through the program: written, rehearsed, approved, read.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/program_run.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;
using Catch::Contains;

namespace {

std::vector<std::string> run_it(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {
      "run", "--cloud", "sim", "--ledger", "ledger", "--config", "bucket.json", "--sim-speed", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string read_it(Workplace& work, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--ledger", "ledger"});
  const auto result = work.run(arguments);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

}  // namespace

TEST_CASE("What init writes for a bucket rehearses, stops for approval, and goes on") {
  Workplace work;
  REQUIRE(work.run({"init", "-w", "storage-replication", "bucket.json"}).exit_code == 0);
  CHECK_THAT(work.run({"check-config", "bucket.json"}).out, Contains("pictures"));
  const auto stopped = work.run(run_it({"--sim-objects", "2500", "--sim-writes-for", "120"}));
  CHECK(stopped.exit_code == 3);
  CHECK_THAT(stopped.out, Contains("Stop everything that writes to it, then approve"));
  CHECK_THAT(read_it(work, {"status"}), Contains("9/15 approve-cutover"));

  const auto done = work.run(run_it({"--yes"}));
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  CHECK_THAT(done.out, Contains("objects compared"));
  require_sound_history(history_of(work, "ledger"));
  auto counts = created_counts(work, "ledger.sim");
  CHECK(counts["object-copy"] >= 2500);
  CHECK(counts["replication-policy"] == 1);
  CHECK(counts["bucket"] == 1);

  const auto compared =
      work.run({"reconcile", "--config", "bucket.json", "--cloud", "sim", "--ledger", "ledger"});
  INFO(compared.out << compared.err);
  CHECK(compared.exit_code == 0);
  CHECK_THAT(compared.out, Contains("known     pictures content of bucket pictures") &&
                               Contains("bytes are as at the source"));

  const std::string history = read_it(work, {"history"});
  CHECK_THAT(history, Contains("page 1: 1000 objects") &&
                          Contains("page 2: 1000 objects, 0 at the target already, 1000 copied") &&
                          Contains("are the same in both buckets"));
  const auto events = history_of(work, "ledger");
  const auto begun = events_of_kind(events, "bulkBegun");
  REQUIRE_FALSE(begun.empty());
  CHECK(begun[0].at("body").at("digest").as_string().size() == 64);
  CHECK(text_of(begun[0], "step") == "survey");
  const auto ended = events_of_kind(events, "bulkEnded");
  CHECK(ended.size() == begun.size());
  CHECK_THAT(read_it(work, {"history", "--type", "bulkEnded", "--format", "csv"}),
             Contains("bulkEnded,back-fill,,ok,"));
  // In the middle of a walk, it is told how far it was.
  const auto middle = std::to_string(number_of(begun.at(4), "position"));
  CHECK_THAT(read_it(work, {"replay", "pictures", "--until", middle}), Contains("Walk"));
  const auto then = json::parse(read_it(work, {"replay", "pictures", "--until", middle, "--json"}));
  CHECK_THAT(json::serialize(then), Contains("\"walk\":{\"step\":\"back-fill\""));
}

TEST_CASE("A dry run of a bucket prints the copies, and a source bucket is not decommissioned") {
  Workplace work;
  REQUIRE(work.run({"init", "-w", "storage-replication", "bucket.json"}).exit_code == 0);
  const auto dry = work.run(run_it({"--dry-run", "--yes=cutover", "--sim-objects", "3"}));
  CHECK(dry.exit_code == 0);
  CHECK_THAT(dry.out, Contains("/actions/copyObject") && Contains("would end: 1 done"));
  CHECK(work.run(run_it({"--yes=cutover", "--sim-objects", "1200"})).exit_code == 0);
  CHECK(created_counts(work, "ledger.sim")["object-copy"] == 1200);
  // What a storage migration leaves to its owner is not offered.
  const auto refused = work.run({"decommission", "pictures", "--ledger", "ledger"});
  CHECK(refused.exit_code != 0);
}
