// The simulation itself: that it is deterministic, that it says what it must, and that its seeds
// keep every promise. Ten thousand more run as a test of their own (CMakeLists.txt).
#include "cli/simulation/universe/simulation.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "cli/simulation/universe/plans.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::simulation;
using migledger::testing::json_lines;
using migledger::testing::Workplace;

namespace {

SimulationResult simulate_seed(std::uint64_t seed, const std::string& workflow = {}) {
  SimulationOptions options;
  options.seed = seed;
  options.workflow = workflow;
  options.keep_trace = true;
  return simulate(options);
}

}  // namespace

TEST_CASE("seeds of every workflow keep every promise") {
  for (const char* workflow : {"compute", "volume-replication", "storage-replication"}) {
    for (std::uint64_t seed = 1'000'001; seed <= 1'000'030; ++seed) {
      const auto result = simulate_seed(seed, workflow);
      INFO(workflow << ", seed " << seed << ": " << result.invariant << ": " << result.seen);
      CHECK(result.ok);
      CHECK(result.workflow == workflow);
    }
  }
}

TEST_CASE("a seed gives the same trace again, and another seed another") {
  std::set<std::string> digests;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto once = simulate_seed(seed), again = simulate_seed(seed);
    CHECK(once.digest == again.digest);
    CHECK(once.trace == again.trace);
    digests.insert(once.digest);
  }
  CHECK(digests.size() == 10);
}

TEST_CASE("a seed gives the same digest in two processes") {
  Workplace work;
  for (const char* seed : {"3", "17", "101"}) {
    const auto once = work.run({"simulate", "--seed", seed});
    const auto again = work.run({"simulate", "--seed", seed, "--verbose"});
    INFO(once.out << once.err);
    REQUIRE(once.exit_code == 0);
    const auto digest_in = [](const std::string& out) {
      return out.substr(out.find("\ndigest ") + 8, 64);
    };
    CHECK(digest_in(once.out) == digest_in(again.out));
    CHECK(digest_in(once.out).find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("seeds can be run in several processes, and the sums are the same") {
  Workplace work;
  const auto sums = [&](const char* jobs) {
    const auto result = work.run({"simulate", "--seeds", "12", "--jobs", jobs, "--json"});
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == 0);
    auto last = json_lines(result.out).back();
    last.erase("seconds");
    return boost::json::serialize(last);
  };
  CHECK(sums("1") == sums("3"));
}

TEST_CASE("how often each rule judged something is counted, also over several processes") {
  Workplace work;
  const auto result = work.run({"simulate", "--seeds", "20", "--jobs", "2", "--json"});
  REQUIRE(result.exit_code == 0);
  const auto judged = json_lines(result.out).back().at("judged").as_object();
  CHECK(judged.size() == kRules);
  CHECK(judged.at("log-in-order").to_number<int>() > 1000);
  CHECK(judged.at("recovery-rules/look-first").to_number<int>() > 100);
  const auto told = work.run({"simulate", "--seed", "3", "--verbose"});
  CHECK(told.out.find("\nrecovery-rules/look-first judged ") != std::string::npos);
}

TEST_CASE("faults can be left out, and the plan and the steps be set") {
  SimulationOptions options;
  options.seed = 5;
  options.workflow = "compute";
  options.migrations = 3;
  options.steps = 2;
  options.without.set();
  const auto calm = simulate(options);
  CHECK(calm.ok);
  CHECK(calm.active.none());
  CHECK(calm.migrations == 3);
  CHECK(calm.steps == 2);
  CHECK(calm.kills == 0);
  options.without.reset();
  options.without.set(static_cast<std::size_t>(Chaos::throttling));
  CHECK(command_for(options) ==
        "migledger simulate --seed 5 --workflow compute --migrations 3 --steps 2 --without "
        "throttling --verbose");
}

TEST_CASE("all kinds of faults are drawn, and in many ways") {
  ChaosSet seen;
  std::set<std::string> mixtures;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const ChaosPlan plan(seed, {});
    seen |= plan.set();
    mixtures.insert(plan.set().to_string());
  }
  CHECK(seen.all());
  CHECK(mixtures.size() > 150);
}

TEST_CASE("leaving one kind of faults out leaves the others as they were") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const ChaosPlan all(seed, {});
    ChaosSet without;
    without.set(static_cast<std::size_t>(Chaos::lost_replies));
    const ChaosPlan less(seed, without);
    CHECK(less.set() == (all.set() & ~without));
    CHECK(less.rate(Chaos::duplicates) == all.rate(Chaos::duplicates));
  }
}

TEST_CASE(
    "most plans are small, some are not, and a smaller one is the beginning of a larger one") {
  unsigned small = 0, largest = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const auto count = static_cast<unsigned>(draw_plan(seed, "compute", 0).plan.migrations.size());
    small += count <= 4;
    largest = std::max(largest, count);
  }
  CHECK(small > 1500);
  CHECK(largest > 40);
  CHECK(largest <= 50);
  const auto two = draw_plan(9, "compute", 2).plan, four = draw_plan(9, "compute", 4).plan;
  CHECK(two.migrations[1].fields == four.migrations[1].fields);
}

TEST_CASE("an unknown kind of faults is refused, and the known ones are named") {
  Workplace work;
  const auto result = work.run({"simulate", "--without", "bad-weather"});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("there is no kind of faults \"bad-weather\"; there are kill-waiting") !=
        std::string::npos);
}
