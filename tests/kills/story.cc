#include "tests/kills/story.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "tests/support/simulated_plan.h"

namespace migledger::testing {

namespace {

namespace json = boost::json;

// The tenancy's own account.
struct Account {
  std::string created;  // kind and region of each
  std::string held;     // kind, region and state of each
  std::string twice;    // something that was made twice for one key; empty: nothing was
};

bool is_renewable(const Story& story, const std::string& kind) {
  return std::find(story.renewable.begin(), story.renewable.end(), kind) != story.renewable.end();
}

Account account_of(const Story& story, Workplace& work) {
  const auto result = work.run({"sim", "report", "--sim-state", "tenancy", "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto report = json::parse(result.out).as_object();
  Account account;
  std::set<std::string> keys;
  std::multiset<std::string> created, kept;
  for (const auto& entry : report.at("created").as_array()) {
    const auto& made = entry.as_object();
    const std::string kind = text_of(made, "kind");
    if (is_renewable(story, kind)) continue;
    created.insert(fmt::format("{} in {}", kind, text_of(made, "region")));
    const std::string key = text_of(made, "key");
    if (!key.empty() && !keys.insert(kind + " " + key).second) account.twice = kind + " " + key;
  }
  for (const auto& entry : report.at("held").as_array()) {
    const auto& held = entry.as_object();
    kept.insert(fmt::format("{} in {} {}", text_of(held, "kind"), text_of(held, "region"),
                            text_of(held, "state")));
  }
  account.created = fmt::format("{}", fmt::join(created, "\n"));
  account.held = fmt::format("{}", fmt::join(kept, "\n"));
  return account;
}

std::vector<std::string> with(std::vector<std::string> command,
                              const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

const std::vector<std::string> kPlaces = {"--config",    "plan.json", "--ledger", "ledger",
                                          "--sim-state", "tenancy",   "--cloud",  "sim"};

std::vector<std::string> placed(const std::vector<std::string>& command) {
  auto all = with(command, kPlaces);
  return with(all, {"--sim-speed", "0", "--json"});
}

struct Ending {
  int exit_code = 0;
  Account account;
};

// Asks for it again after a kill. What was taken down before the kill is refused then, and a run
// goes on with it.
void go_on(const Story& story, Workplace& work) {
  auto last = work.run(placed(story.command));
  if (story.command.front() != "run" && last.exit_code == 2) {
    INFO(last.out << last.err);
    last = work.run(placed({"run", "--yes"}));
  }
  INFO(last.out << last.err);
  REQUIRE(last.exit_code == 0);
}

}  // namespace

unsigned stride(unsigned otherwise) {
  const char* text = std::getenv("MIGLEDGER_KILL_EVERY");
  const unsigned every = text == nullptr ? 0 : static_cast<unsigned>(std::atoi(text));
  return every == 0 ? otherwise : every;
}

std::string kill_points_library() { return MIGLEDGER_KILL_POINTS; }

Sweep kill_everywhere(const Story& story, unsigned every) {
  Workplace before;
  before.write("plan.json", json::serialize(story.plan));
  for (const auto& command : story.before) {
    const auto result = before.run(placed(command));
    INFO(result.out << result.err);
    REQUIRE((result.exit_code == 0 || result.exit_code == 3));
  }
  const auto start_over = [&](Workplace& work) { copy_directory(before.path(), work.path()); };
  Ending expected;
  {
    Workplace work;
    start_over(work);
    const auto result = work.run(placed(story.command));
    INFO(result.out << result.err);
    expected.exit_code = result.exit_code;
    REQUIRE(expected.exit_code == 0);
    expected.account = account_of(story, work);
    CHECK(expected.account.twice.empty());
  }
  Sweep sweep;
  for (unsigned at = 1;; at += every) {
    Workplace work;
    start_over(work);
    StartOptions options;
    options.environment = {{"LD_PRELOAD", kill_points_library()},
                           {"MIGLEDGER_KILL_AT", std::to_string(at)},
                           {"MIGLEDGER_KILL_SAID", work / "where"}};
    const auto killed = work.run(placed(story.command), options);
    if (killed.signal == 0) {
      INFO(killed.out << killed.err);
      REQUIRE(killed.exit_code == expected.exit_code);
      sweep.points = at - 1;
      return sweep;
    }
    ++sweep.kills;
    CAPTURE(at, read_all(work / "where"));
    REQUIRE(killed.signal == SIGKILL);
    go_on(story, work);
    const Account account = account_of(story, work);
    CHECK(account.created == expected.account.created);
    CHECK(account.held == expected.account.held);
    CHECK(account.twice.empty());
    require_sound_history(history_of(work, "ledger"));
    const auto reconciled = work.run(with({"reconcile"}, kPlaces));
    INFO(reconciled.out << reconciled.err);
    if (story.is_reconciled) CHECK(reconciled.exit_code == 0);
  }
}

}  // namespace migledger::testing
