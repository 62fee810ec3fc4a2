// The program is killed at random moments, hundreds of times within one plan, and started again.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr unsigned kMigrations = 20;
constexpr unsigned kLeastKills = 200;

// What the program told before it was killed is in the ledger, word for word: an event is shown
// after it is durable.
void require_kept(const std::vector<std::string>& shown, const std::vector<json::object>& events) {
  for (const auto& line : shown) {
    const auto event = json::parse(line).as_object();
    if (!event.contains("position")) continue;  // the summary at the end
    CAPTURE(line);
    const auto position = number_of(event, "position");
    REQUIRE(position >= 1);
    REQUIRE(position <= events.size());
    const auto& kept = events[position - 1];
    for (const char* member : {"stream", "version", "time", "cause", "kind", "body"})
      REQUIRE(event.at(member) == kept.at(member));
  }
}

}  // namespace

TEST_CASE("Killed two hundred times, a plan of twenty ends with one of everything") {
  Workplace work;
  auto plan = simulated_plan(kMigrations);
  for (unsigned n = 0; n < kMigrations; n += 4) migration_at(plan, n)["transfer"] = "par";
  work.write("plan.json", json::serialize(plan));
  const std::vector<std::string> command = {"run", "--config", "plan.json", "--cloud",
                                            "sim", "--ledger", "ledger",    "--sim-speed",
                                            "350", "--json"};
  std::mt19937 random(20261123);
  const auto draw = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };

  std::vector<std::string> shown;
  unsigned kills = 0;
  ProgramResult last;
  for (unsigned starts = 1;; ++starts) {
    REQUIRE(starts < 5000);
    const auto program = work.start(command);
    // Half of the kills come at any time, half close after something was recorded. Later ones
    // let it live longer and longer, so that it ends on the slowest machine, too.
    const int longer = 1 + static_cast<int>(std::max(kills, kLeastKills) - kLeastKills) / 20;
    const microseconds longest = milliseconds(60 * longer);
    if (draw(1) == 0) {
      program->ended_within(microseconds(draw(static_cast<int>(longest.count()))));
    } else {
      program->has_lines(1, std::chrono::seconds(20));  // however slow its start is
      program->has_lines(1 + static_cast<std::size_t>(draw(6)), longest);
      program->ended_within(microseconds(draw(3000)));
    }
    last = program->kill();
    const auto lines = last.lines();
    shown.insert(shown.end(), lines.begin(), lines.end());
    if (last.signal == 0) break;
    ++kills;
  }
  INFO(last.err);
  CAPTURE(kills);
  REQUIRE(last.exit_code == 0);
  CHECK(kills >= kLeastKills);

  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  require_kept(shown, events);
  require_one_of_everything(work, "ledger.sim", kMigrations);
  CHECK(events_of_kind(events, "sessionOpened").size() >= kLeastKills / 2);
  CHECK(events_of_kind(events, "ended").size() == kMigrations);
}

TEST_CASE("A ledger whose making was cut short is made anew") {
  namespace fs = std::filesystem;
  // In the order in which they come to be; killed after each.
  const std::vector<std::string> made = {"lock",      "creating.tmp", "creating", "events/",
                                         "evidence/", "anchor.tmp",   "anchor",   "FORMAT.tmp"};
  for (std::size_t count = 0; count <= made.size(); ++count) {
    Workplace work;
    work.write("plan.json", json::serialize(simulated_plan(1)));
    fs::create_directory(work / "ledger");
    for (std::size_t n = 0; n < count; ++n) {
      if (made[n].back() == '/') {
        fs::create_directory(work / ("ledger/" + made[n]));
      } else {
        work.write("ledger/" + made[n], "");
      }
      if (made[n] == "creating" || made[n] == "anchor")
        fs::remove(work / ("ledger/" + made[n - 1]));
    }
    const auto result = work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger",
                                  "ledger", "--sim-speed", "0", "--json"});
    CAPTURE(count, result.err);
    REQUIRE(result.exit_code == 0);
    require_one_of_everything(work, "ledger.sim", 1);
  }
}
