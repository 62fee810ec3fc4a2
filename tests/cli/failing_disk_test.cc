// A disk that fails in the middle of a run: the program stops, says what failed and what to do, and
// goes on once that is mended, without losing or making anything twice.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

constexpr unsigned kMigrations = 3;

std::vector<std::string> run_arguments() {
  return {"run",      "--config", "plan.json",   "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", "0",       "--json"};
}

struct Failure {
  const char* calls;  // failing_disk.c
  int error;
  const char* words;   // of the system
  const char* advice;  // the beginning of ours
};

constexpr Failure kFailures[] = {
    {"sync", EIO, "Input/output error", "the disk failed (dmesg says how)"},
    {"write", ENOSPC, "No space left on device", "the disk is full. Free space"},
    {"write", EIO, "Input/output error", "the disk failed (dmesg says how)"},
    {"write", EDQUOT, "Disk quota exceeded", "your quota on that disk is used up"},
    {"change", EROFS, "Read-only file system", "that file system is read-only"},
};

StartOptions failing(const Failure& failure, const std::string& under, int after, int times) {
  StartOptions options;
  options.environment = {{"LD_PRELOAD", failing_disk_library()},
                         {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                         {"FAILING_DISK_UNDER", under},
                         {"FAILING_DISK_CALLS", failure.calls},
                         {"FAILING_DISK_AFTER", std::to_string(after)},
                         {"FAILING_DISK_TIMES", std::to_string(times)},
                         {"FAILING_DISK_ERRNO", std::to_string(failure.error)}};
  return options;
}

// Goes on without the failure, and requires that all is well in the end: with the ledger, with the
// tenancy, and with what the run that failed had said is recorded.
void require_mended(Workplace& work, const ProgramResult& stopped) {
  const auto resumed = work.run(run_arguments());
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  const auto verified = work.run({"verify", "--ledger", "ledger"});
  INFO(verified.out);
  REQUIRE(verified.exit_code == 0);
  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  require_one_of_everything(work, "ledger.sim", kMigrations);
  for (const auto& line : stopped.lines()) {
    const auto event = json::parse(line).as_object();
    if (!event.contains("position")) continue;
    REQUIRE(number_of(event, "position") <= events.size());
    REQUIRE(event.at("body") == events.at(number_of(event, "position") - 1).at("body"));
  }
}

// Whether the failure stopped the run; it may have come too late, or struck what nobody needs.
bool stops(const Failure& failure, const std::string& under, int after, int times) {
  CAPTURE(failure.calls, failure.error, under, after, times);
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(kMigrations)));
  const auto stopped =
      work.run(run_arguments(), failing(failure, (work / under).string(), after, times));
  CAPTURE(stopped.err);
  REQUIRE(stopped.signal == 0);
  if (stopped.exit_code != 0) {
    REQUIRE(stopped.exit_code == 4);
    REQUIRE(contains(stopped.err, failure.words));
    REQUIRE(contains(stopped.err, failure.advice));
    REQUIRE(contains(stopped.err, "run the same command again"));
    REQUIRE(stopped.err.size() < 2000);
  }
  require_mended(work, stopped);
  return stopped.exit_code != 0;
}

}  // namespace

TEST_CASE("A disk that fails for good stops the run, and it goes on when that is mended") {
  const auto& failure = kFailures[GENERATE(range(0, 5))];
  int stopped = 0;
  for (const int after : {0, 4, 12, 30, 90}) stopped += stops(failure, "ledger/", after, 0) ? 1 : 0;
  CHECK(stopped == 5);
}

TEST_CASE("A disk that fails only once stops the run all the same") {
  const auto& failure = kFailures[GENERATE(range(0, 5))];
  int stopped = 0;
  for (const int after : {25, 40, 60})
    stopped += stops(failure, "ledger/events/", after, 1) ? 1 : 0;
  // RocksDB can do without its OPTIONS file, and without room that is set aside.
  CHECK(stopped >= 1);
}

TEST_CASE("A disk that fails under the simulated tenancy stops the run, too") {
  const auto& failure = kFailures[GENERATE(range(0, 5))];
  // Its syncs come with its opening only: what it keeps need not survive a power cut.
  CHECK(stops(failure, "ledger.sim/", failure.calls == std::string_view("sync") ? 5 : 60, 0));
}

TEST_CASE("A disk that cannot be written to can still be read") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(kMigrations)));
  REQUIRE(work.run(run_arguments()).exit_code == 0);
  const auto read_only = failing(kFailures[4], (work / "ledger").string(), 0, 0);
  for (const char* command : {"status", "history", "replay", "verify"}) {
    const auto result = work.run({command, "--ledger", "ledger"}, read_only);
    CAPTURE(command, result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
  }
  const auto run = work.run(run_arguments(), read_only);
  CHECK(run.exit_code == 4);
  CHECK(contains(run.err, "that file system is read-only"));
}
