// Files that commands make: whole or not at all, and never over what is there. One rule, one
// message, one exit code, whatever the command.
#include "cli/base/output_file.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/scratch.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::cli;
using namespace migledger::testing;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

using Arguments = std::vector<std::string>;

// Makes a rehearsed ledger, a key and a checkpoint.
void rehearse(Workplace& work) {
  rehearse_and_sign(work);
  REQUIRE(work.run({"export", "--jsonl", "all.jsonl", "--ledger", "ledger"}).exit_code == 0);
}

// The command with "OUT" for where its output goes.
struct Maker {
  Arguments arguments;
  bool has_force = false;

  Arguments into(const std::string& output) const {
    Arguments all = arguments;
    std::replace(all.begin(), all.end(), std::string("OUT"), output);
    return all;
  }
};

const std::vector<Maker> kMakers = {
    {{"report", "--html", "OUT", "--ledger", "ledger"}, true},
    {{"report", "--md", "OUT", "--ledger", "ledger"}, true},
    {{"export", "--jsonl", "OUT", "--ledger", "ledger"}, true},
    {{"export", "--otlp", "OUT", "--ledger", "ledger"}, true},
    {{"prove", "3", "--out", "OUT", "--ledger", "ledger"}, true},
    {{"prove", "3", "--entry", "OUT", "--ledger", "ledger"}, true},
    {{"init", "OUT"}},
    {{"keygen", "OUT"}},
    {{"backup", "OUT", "--ledger", "ledger"}},
    {{"restore", "ledger", "--reason", "x", "--ledger", "OUT"}},
    {{"import", "--jsonl", "all.jsonl", "--ledger", "OUT"}},
    {{"replay", "--fork", "5", "--from", "ledger", "--cloud", "sim", "--ledger", "OUT"}},
};

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::uint64_t events_in(Workplace& work) { return history_of(work, "ledger").size(); }

}  // namespace

TEST_CASE("What is there already is refused alike by every command and not touched") {
  Workplace work;
  rehearse(work);
  work.write("mine", "mine");
  fs::create_symlink(work / "nowhere", work / "link");
  const auto before = names_in(work.path());
  for (const auto& maker : kMakers) {
    CAPTURE(maker.arguments);
    for (const std::string there : {"mine", "link"}) {
      const auto result = work.run(maker.into(there));
      CHECK(result.exit_code == 2);
      CHECK_THAT(result.err, Contains("migledger: " + there +
                                      " is there already and was not changed; name "
                                      "another"));
      CHECK((result.err.find("--force") != std::string::npos) == maker.has_force);
      CHECK(result.out.empty());
    }
    CHECK(read_all(work / "mine") == "mine");
    CHECK(names_in(work.path()) == before);
  }
}

TEST_CASE("With --force a file is replaced whole, and without there is nothing to replace") {
  Workplace work;
  rehearse(work);
  for (const auto& maker : kMakers) {
    if (!maker.has_force) continue;
    CAPTURE(maker.arguments);
    REQUIRE(work.run(maker.into("made")).exit_code == 0);
    const std::string made = read_all(work / "made");
    CHECK_FALSE(made.empty());
    work.write("made", "mine");
    Arguments forced = maker.into("made");
    forced.push_back("--force");
    CHECK(work.run(forced).exit_code == 0);
    CHECK(read_all(work / "made") == made);
    fs::remove(work / "made");
  }
}

TEST_CASE("A folder that is not there is said before anything is done") {
  Workplace work;
  rehearse(work);
  const auto before = events_in(work);
  auto makers = kMakers;
  makers.push_back({{"checkpoint", "--key", "key", "--ledger", "ledger", "--out", "OUT"}});
  for (const auto& maker : makers) {
    CAPTURE(maker.arguments);
    const auto result = work.run(maker.into("none/made"));
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("there is no directory") && Contains("make it first"));
    CHECK(result.out.empty());
  }
  CHECK(events_in(work) == before);
  // So nothing was signed, and the next checkpoint has nothing to be held against.
  const auto checkpoints = names_in(work / "ledger/checkpoints");
  CHECK(checkpoints.size() == 1);
}

TEST_CASE("checkpoint replaces an earlier one of its log only") {
  Workplace work;
  rehearse(work);
  const Arguments sign = {"checkpoint", "--key", "key", "--ledger", "ledger", "--out", "copy"};
  work.write("copy", "mine");
  const auto refused = work.run(sign);
  CHECK(refused.exit_code == 4);
  CHECK_THAT(refused.err, Contains("copy is not a checkpoint"));
  CHECK(read_all(work / "copy") == "mine");
  fs::remove(work / "copy");
  REQUIRE(work.run(sign).exit_code == 0);
  const std::string first = read_all(work / "copy");
  REQUIRE(work.run(sign).exit_code == 0);
  CHECK(read_all(work / "copy") != first);
}

TEST_CASE("prove: an entry is of one event, and the files are two") {
  Workplace work;
  rehearse(work);
  const auto of_none = work.run({"prove", "--from", "2", "--entry", "e", "--ledger", "ledger"});
  CHECK(of_none.exit_code == 2);
  CHECK_THAT(of_none.err, Contains("--entry"));
  CHECK_FALSE(fs::exists(work / "e"));
  CHECK(work.run({"prove", "3", "--out", "e", "--entry", "e", "--ledger", "ledger"}).exit_code ==
        2);
  // What could not be proven leaves no file behind.
  CHECK(work.run({"prove", "999", "--out", "e", "--ledger", "ledger"}).exit_code == 2);
  for (const auto& name : names_in(work.path())) CHECK_FALSE(name.starts_with("e"));
}

TEST_CASE(
    "A file that came there meanwhile is not replaced, and one that was not finished is gone") {
  const Scratch scratch;
  const std::string path = scratch / "file";
  std::ostringstream out;
  {
    OutputFile first(path, WhenThere::refused, out, 0600);
    OutputFile second(path, WhenThere::refused_unforced, out);
    OutputFile third(path, WhenThere::replaced, out);
    first.write("first");
    second.write("second");
    CHECK_FALSE(fs::exists(path));
    first.finish();
    CHECK_THROWS_WITH(second.finish(), Contains("is there already") && Contains("--force"));
    CHECK(read_all(path) == "first");
    third.write("third");
    third.finish();
    CHECK(read_all(path) == "third");
  }
  CHECK(names_in(scratch.path()) == std::vector<std::string>{"file"});
  CHECK(out.str().empty());
}

TEST_CASE("What is written to a pipe or a device goes there at once") {
  std::ostringstream out;
  OutputFile null("/dev/null", WhenThere::refused, out);
  null.write("x");
  null.finish();
  CHECK(fs::is_character_file("/dev/null"));
  OutputFile full("/dev/full", WhenThere::refused, out);
  full.write("x");
  CHECK_THROWS_WITH(full.finish(), "/dev/full cannot be written: No space left on device");
  OutputFile standard("-", WhenThere::refused, out);
  standard.write("x");
  CHECK(out.str() == "x");
}

TEST_CASE("A fork whose files would be too large says so, and leaves nothing under its name") {
  Workplace work;
  rehearse(work);
  const std::string fork = "ulimit -f 4; exec " + migledger_program() +
                           " replay --fork 40 --from ledger --cloud sim --ledger try.ledger";
  RunningProgram program({"/bin/bash", "-c", fork}, work.path(), work / "limited", {});
  const auto limited = program.finish();
  CAPTURE(limited.out, limited.err);
  CHECK(limited.signal == 0);
  CHECK(limited.exit_code == 4);
  CHECK_THAT(limited.err, Catch::Contains("File too large"));
  CHECK_THAT(limited.err, Catch::Contains("ulimit -f"));
  CHECK_FALSE(fs::exists(work / "try.ledger"));
  CHECK_FALSE(fs::exists(work / "try.ledger.sim"));
  CHECK(work.run({"replay", "--fork", "40", "--from", "ledger", "--cloud", "sim", "--ledger",
                  "try.ledger"})
            .exit_code == 0);
}
