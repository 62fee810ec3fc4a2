// replay --step: what a person sees who walks through a ledger, forward and back.
#include <pty.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "cli/replay/replay.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"
#include "tests/support/time_zone.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture_exit;
using migledger::testing::failure;
using migledger::testing::HistoryBuilder;
using migledger::testing::Output;
using migledger::testing::TimeZone;
using Kind = HistoryBuilder::Sighting::Kind;

namespace {

// #1 ledger, #2 session, #3 web-1 started, #4-#8 its checks and claim, #9 db-1 started, #10 web-1
// looked, #11 web-1 sending, #12 web-1 throttled.
HistoryBuilder sample() {
  HistoryBuilder history;
  history.session().start("web-1").checks_done().start("db-1").on("web-1");
  history.looked("create-image", Kind::absent).sending("create-image");
  history.failed("create-image", failure(workflow::ErrorClass::THROTTLED, 429, "TooManyRequests"));
  return history;
}

Output walk(const std::string& typed, ReplayOptions options = {}) {
  const auto history = sample();
  std::istringstream in(typed);
  const auto keys = keys_of_lines(in);
  options.step = true;
  options.keys = keys.get();
  return capture_exit([&](auto& out) { return run_replay(history.store(), options, out); });
}

// The positions of the events that were shown, in their order.
std::vector<int> shown(const Output& output) {
  std::vector<int> positions;
  for (const auto& line : output.lines())
    if (line.starts_with(" #") || line.starts_with("#"))
      positions.push_back(std::stoi(line.substr(line.find('#') + 1)));
  return positions;
}

}  // namespace

TEST_CASE("One walks forward and back, and is told at both ends") {
  CHECK(shown(walk("")) == std::vector{1});
  CHECK(shown(walk("n\n\nn\np\n")) == std::vector{1, 2, 3, 4, 3});
  const Output at_start = walk("p\n");
  CHECK(at_start.has("there is no event before #1\n"));
  const Output at_end = walk("g 12\nn\nq\nn\n");
  CHECK(shown(at_end) == std::vector{1, 12});
  CHECK(at_end.has("there is no event after #12\n"));
}

TEST_CASE("One goes to a position, a time or a hash, and begins where --until says") {
  ReplayOptions options;
  options.until = "7";
  CHECK(shown(walk("g 10\ng 2026-11-23T09:00:02Z\n", options)) == std::vector{7, 10, 3});
  const Output beyond = walk("g 13\ng\ng yesterday\n");
  CHECK(beyond.code == 0);
  CHECK(beyond.has("g: position 13 is beyond the end of the ledger"));
  CHECK(beyond.has("g: \"yesterday\" is neither"));
}

TEST_CASE("One narrows by migration and by text, and widens again") {
  CHECK(shown(walk("m web-1\nn\ng 8\nn\nm\np\n")) == std::vector{1, 3, 4, 8, 10, 9});
  CHECK(shown(walk("/looked\n/\nn\n")) == std::vector{1, 10, 11});
  const Output none = walk("/no such words\nm nobody\n");
  CHECK(none.has("no event has \"no such words\"; / alone lets all through again\n"));
  CHECK(none.has("the ledger has no migration \"nobody\""));
  // As history --text: the step's name counts, and capitals do not.
  CHECK(shown(walk("g 10\n/create-image\nn\nn\np\n")) == std::vector{1, 10, 10, 11, 12, 11});
  CHECK(shown(walk("/claim-source\nn\nn\nn\n")) == std::vector{1, 3, 8, 9});
  CHECK(shown(walk("/TOOMANYrequests\n")) == std::vector{1, 12});
  CHECK(shown(walk("/no such words\n/\nn\n")) == std::vector{1, 2});
  CHECK(walk("m db-1\n/toomany\n").has("no event of db-1 has \"toomany\"; / alone"));
  ReplayOptions options;
  options.migration = "db-1";
  const Output only = walk("n\n", options);
  CHECK(shown(only) == std::vector{9});
  CHECK(only.has("there is no event after #9 that is looked for\n"));
}

TEST_CASE("Each event shows what it changed, and what would have been decided after it") {
  const TimeZone zone("UTC0");
  const Output output = walk("g 10\nn\nn\n");
  CHECK(output.has("    + look: #10 for create-image generation 1\n"));
  CHECK(output.has("  then: send at create-image: not there yet (row first, because of #10)\n"));
  CHECK(
      output.has("        recovery table, row first: nothing was sent yet; the look says: absent "
                 "→ send\n"));
  CHECK(output.has("create-image generation 1: open, sent 1 time(s)"));
  CHECK(output.has("  then: wait for the reply at create-image (row in-flight, because of #11)"));
  CHECK(output.has("row back-off"));
}

TEST_CASE("What cannot be carried out is answered with what can") {
  const Output output = walk("jump\n?\n");
  CHECK(output.has("there is no \"jump\" here:\n"));
  CHECK(output.has("  p, ←          the one before\n"));
}

TEST_CASE("A walk is for people, and one question at a time") {
  ReplayOptions options;
  options.json = true;
  CHECK(walk("", options).code == 2);
  options.json = false;
  options.check = true;
  CHECK(walk("", options).err.find("are different questions: ask one") != std::string::npos);
}

TEST_CASE("On a terminal single keys do, arrows, too") {
  int keyboard = -1;
  int terminal = -1;
  REQUIRE(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr) == 0);
  const std::string typed = "n \x1b[C\x1b[Dp?g42\n/launch\nm web-1\nq";
  REQUIRE(write(keyboard, typed.data(), typed.size()) == static_cast<ssize_t>(typed.size()));
  std::ostringstream echo;
  const auto keys = keys_of_terminal(terminal, echo);
  std::vector<std::string> commands;
  for (auto command = keys->next("> "); command; command = keys->next("> ")) {
    commands.push_back(*command);
    if (*command == "q") break;
  }
  CHECK(commands ==
        std::vector<std::string>{"n", "n", "n", "p", "p", "?", "g 42", "/launch", "m  web-1", "q"});
  close(terminal);
  close(keyboard);
}
