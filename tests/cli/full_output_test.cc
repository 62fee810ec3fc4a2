// What a command says goes to a place that is full: never exit code 0.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
using Catch::Contains;

namespace {

// The program, its standard output led to `to`; empty: started with neither input nor output.
ProgramResult run_into(const Workplace& work, const std::string& to,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {
      "/bin/sh",
      "-c",
      "to=$1; shift; if [ -n \"$to\" ]; then exec \"$@\" >\"$to\"; else exec \"$@\" <&- >&-; fi",
      "sh",
      to,
      migledger_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  static int count = 0;
  return RunningProgram(command, work.path(), work / ("full-" + std::to_string(++count)), {})
      .finish();
}

}  // namespace

TEST_CASE("Output that cannot be written is an error, whatever the command") {
  Workplace work;
  rehearse_and_sign(work);
  const std::vector<std::vector<std::string>> commands = {
      {"history", "--ledger", "ledger"},
      {"history", "--json", "--ledger", "ledger"},
      {"status", "--ledger", "ledger"},
      {"report", "--md", "--ledger", "ledger"},
      {"prove", "7", "--ledger", "ledger"},
      {"replay", "--ledger", "ledger"},
      {"why", "vm-01", "--ledger", "ledger"},
      {"note", "--reason", "x", "--ledger", "ledger"},
      {"--help"}};
  for (const auto& command : commands) {
    CAPTURE(command);
    const auto full = run_into(work, "/dev/full", command);
    CHECK(full.exit_code == 2);
    CHECK_THAT(full.err, Contains("the output could not be written: No space left on device"));
    CHECK(run_into(work, "/dev/null", command).exit_code == 0);
  }
  // What went wrong before that counts more.
  std::filesystem::create_directory(work / "bad");
  work.write("bad/FORMAT", "not the one of a ledger\n");
  CHECK(run_into(work, "/dev/full", {"verify", "--ledger", "bad"}).exit_code == 4);
}

TEST_CASE("Started with its input and output closed, it writes into no file of its own") {
  Workplace work;
  work.write("plan.json", boost::json::serialize(simulated_plan(1)));
  const auto closed = run_into(work, "",
                               {"run", "--config", "plan.json", "--cloud", "sim", "--ledger",
                                "ledger", "--sim-speed", "0", "--json"});
  CHECK(closed.exit_code == 2);
  CHECK_THAT(closed.err, Contains("the output could not be written: Bad file descriptor"));
  CHECK(read_all(work / "ledger/events/LOCK").empty());
  CHECK(read_all(work / "ledger.sim/state/LOCK").empty());
  require_one_of_everything(work, "ledger.sim", 1);
}
