// Nobody reads the output any more: what does something goes on to its end, what only tells ends.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

// `migledger ARGUMENTS… | head -n LINES`: the exit code of migledger, and what head printed.
ProgramResult read_lines(const Workplace& work, int lines,
                         const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {
      "/bin/bash",
      "-c",
      "n=$1; shift; \"$@\" | head -n \"$n\"; exit \"${PIPESTATUS[0]}\"",
      "bash",
      std::to_string(lines),
      migledger_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  static int count = 0;
  return RunningProgram(command, work.path(), work / ("piped-" + std::to_string(++count)), {})
      .finish();
}

std::vector<std::string> at(std::vector<std::string> command) {
  for (const char* word :
       {"--config", "plan.json", "--cloud", "sim", "--ledger", "ledger", "--sim-speed", "0"})
    command.emplace_back(word);
  return command;
}

}  // namespace

TEST_CASE("A run whose output nobody reads goes on to its end, and says its code") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(3)));
  for (const auto& more : std::vector<std::vector<std::string>>{{"run"}, {"run", "--json"}}) {
    const auto run = read_lines(work, 1, at(more));
    CAPTURE(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
  }
  require_one_of_everything(work, "ledger.sim", 3);
  const auto events = history_of(work, "ledger");
  CHECK(events_of_kind(events, "sessionClosed").size() ==
        events_of_kind(events, "sessionOpened").size());
}

TEST_CASE("A clean-up and a rollback whose output nobody reads are done as a whole") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  REQUIRE(work.run(at({"run"})).exit_code == 0);
  CHECK(read_lines(work, 1, at({"cleanup", "vm-01", "--yes"})).exit_code == 0);
  CHECK(read_lines(work, 1, at({"rollback", "vm-02", "--reason", "x", "--yes"})).exit_code == 0);
  const auto status =
      json::parse(work.run({"status", "--ledger", "ledger", "--json"}).out).as_object();
  CHECK(status.at("run").is_null());
  const auto events = history_of(work, "ledger");
  CHECK(events_of_kind(events, "sessionClosed").size() ==
        events_of_kind(events, "sessionOpened").size());
}

TEST_CASE("Commands that only tell end quietly when nobody reads any more") {
  Workplace work;
  rehearse_and_sign(work);
  for (const auto& command : std::vector<std::vector<std::string>>{{"history", "--verbose"},
                                                                   {"history", "--json"},
                                                                   {"history", "--follow"},
                                                                   {"replay"},
                                                                   {"report", "--md"}}) {
    auto typed = command;
    typed.insert(typed.end(), {"--ledger", "ledger"});
    CAPTURE(typed);
    const auto result = read_lines(work, 1, typed);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(result.lines().size() == 1);
  }
}

TEST_CASE("A verdict is the same whether somebody reads it or not") {
  Workplace work;
  rehearse_and_sign(work);
  CHECK(read_lines(work, 1, {"verify", "--ledger", "ledger"}).exit_code == 0);
  for (const auto& entry : std::filesystem::directory_iterator(work / "ledger/snapshots"))
    work.write(("ledger/snapshots" / entry.path().filename()).string(), "damaged");
  CHECK(read_lines(work, 1, {"verify", "--ledger", "ledger"}).exit_code == 4);
}
