#include <catch2/catch.hpp>

#include "cli/history/history.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"
#include "tests/support/time_zone.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture_exit;
using migledger::testing::HistoryBuilder;
using migledger::testing::MemoryEventStore;
using migledger::testing::Output;
using migledger::testing::TimeZone;

namespace {

Output history_of(const ledger::EventStore& store, const HistoryOptions& options,
                  const Reopen& reopen = {}) {
  return capture_exit([&](auto& out) { return run_history(store, options, out, reopen); });
}

// The positions of the events that are told, as jsonl.
std::vector<int> positions(const ledger::EventStore& store, HistoryOptions options) {
  options.format = "jsonl";
  const Output output = history_of(store, options);
  CHECK(output.code == 0);
  std::vector<int> positions;
  for (const auto& line : output.lines())
    positions.push_back(boost::json::parse(line).at("position").to_number<int>());
  return positions;
}

// Two migrations, interleaved, 8 events.
HistoryBuilder two(std::string_view cloud = "oci") {
  HistoryBuilder history(cloud);
  history.session().start("web-1").start("web-2").on("web-1").ok("check-source");
  history.on("web-2").ok("check-source").observed("await-image", "RUNNING", 10);
  history.on("web-1").sending("create-image");
  return history;
}

using V = std::vector<int>;

}  // namespace

TEST_CASE("history tells everything, in order") {
  const TimeZone zone("UTC0");
  const auto history = two();
  const Output output = history_of(history.store(), {});
  CHECK(output.code == 0);
  const auto lines = output.lines();
  REQUIRE(lines.size() == 10);
  CHECK(lines[0] == "ledger 00112233445566778899aabbccddeeff (oci), times are local");
  CHECK(lines[1] == "2026-11-23 (+00:00)");
  CHECK(lines[8] == "#7 09:00:06 web-2  await-image      observed 10 % RUNNING");
}

TEST_CASE("history of one migration leaves out the others, and their column") {
  const auto history = two();
  HistoryOptions options;
  options.migrations = {"web-1"};
  CHECK(positions(history.store(), options) == V{3, 5, 8});
  const Output output = history_of(history.store(), options);
  CHECK(output.lines()[0] ==
        "ledger 00112233445566778899aabbccddeeff (oci), migration web-1, times are local");
  CHECK(output.lines()[3].find("web-1") == std::string::npos);
}

TEST_CASE("since and until bound what is told, both included") {
  const auto history = two();
  const auto between = [&](std::optional<std::string> since, std::optional<std::string> until,
                           std::optional<std::string> migration = {}) {
    HistoryOptions options;
    options.since = std::move(since);
    options.until = std::move(until);
    if (migration) options.migrations = {*migration};
    return positions(history.store(), options);
  };
  CHECK(between("3", "5") == V{3, 4, 5});
  CHECK(between("3", "5", "web-1") == V{3, 5});
  CHECK(between("4", "5", "web-1") == V{5});
  CHECK(between("2026-11-23T09:00:05Z", "2026-11-23T09:00:06.5Z") == V{6, 7});
  CHECK(between("2026-11-23T09:00:05.1Z", "2026-11-23T09:00:05.9Z").empty());
  CHECK(between({}, "0").empty());
  CHECK(between("7", {}) == V{7, 8});
}

TEST_CASE("history of certain kinds") {
  const auto history = two();
  HistoryOptions options;
  options.types = {"observed", "intent"};
  CHECK(positions(history.store(), options) == V{7, 8});
  options.migrations = {"web-2"};
  CHECK(positions(history.store(), options) == V{7});
}

TEST_CASE("Events of unknown kinds can be asked for") {
  auto history = two();
  history.newer_kind(99);
  HistoryOptions options;
  options.types = {"unknown"};
  CHECK(positions(history.store(), options) == V{9});
}

TEST_CASE("What cannot be told is refused with exit code 2 and a reason") {
  const auto history = two();
  const auto refused = [&](const HistoryOptions& options) {
    const Output output = history_of(history.store(), options);
    CHECK(output.code == 2);
    CHECK(output.out.empty());
    CHECK_THAT(output.err, Catch::StartsWith("migledger: "));
    return output.err;
  };
  HistoryOptions options;
  options.migrations = {"web-11"};
  CHECK_THAT(refused(options), Catch::Contains("no migration \"web-11\"; did you mean \"web-1\"?"));
  options.migrations = {std::string(100'000, 'x')};
  CHECK(refused(options).size() < 300);
  options.migrations = {"\x1b[2Jnothing like it"};
  CHECK_THAT(refused(options), Catch::Contains("\\x1b[2J") && Catch::Contains("status"));
  options = {};
  options.format = "xml";
  CHECK_THAT(refused(options), Catch::Contains("none of table, jsonl, csv"));
  options = {};
  options.types = {"outcom"};
  CHECK_THAT(refused(options), Catch::Contains("did you mean \"outcome\"?"));
  options = {};
  options.until = "9";
  CHECK_THAT(refused(options), Catch::Contains("--until: position 9 is beyond"));
  options = {};
  options.since = "9";
  CHECK_THAT(refused(options), Catch::Contains("--since: position 9 is beyond"));
  options = {};
  options.until = "2026-11-23T09:00:05";
  CHECK_THAT(refused(options), Catch::Contains("no zone"));
  options = {};
  options.since = "5";
  options.until = "4";
  CHECK_THAT(refused(options), Catch::Contains("is after --until 4"));
  options = {};
  options.follow = true;
  options.until = "4";
  CHECK_THAT(refused(options), Catch::Contains("only one of them"));
}

TEST_CASE("An empty ledger is said to be one") {
  const MemoryEventStore store;
  CHECK(history_of(store, {}).out == "the ledger is empty\n");
  HistoryOptions options;
  options.format = "jsonl";
  CHECK(history_of(store, options).out.empty());
  options.format = "csv";
  CHECK(history_of(store, options).lines().size() == 1);
  options = {};
  options.migrations = {"a"};
  CHECK_THAT(history_of(store, options).err, Catch::Contains("holds no migration yet"));
}

TEST_CASE("A simulated ledger says so in every form") {
  const auto history = two("sim");
  CHECK(history_of(history.store(), {}).lines()[0] ==
        "simulated ledger: nothing here happened in a real cloud");
  HistoryOptions options;
  options.format = "jsonl";
  for (const auto& line : history_of(history.store(), options).lines())
    CHECK(boost::json::parse(line).at("simulated") == true);
  options.format = "csv";
  const auto lines = history_of(history.store(), options).lines();
  CHECK(lines.size() == 9);
  for (std::size_t i = 1; i < lines.size(); ++i) CHECK_THAT(lines[i], Catch::EndsWith(",true\r"));
  const auto real = two();
  CHECK(history_of(real.store(), {}).out.find("simulated") == std::string::npos);
}

TEST_CASE("Following goes on with what is appended, once each, until there is no more") {
  auto history = two();
  HistoryOptions options;
  options.follow = true;
  options.format = "jsonl";
  options.migrations = {"web-1"};
  int openings = 0;
  const Reopen reopen = [&]() -> std::unique_ptr<ledger::EventStore> {
    switch (++openings) {
      case 1:
        return history.store().copy();  // nothing new
      case 2:
        return history.succeeded("create-image").on("web-2").done().store().copy();
      case 3:
        return history.on("web-1").ok("await-image").done().store().copy();
      default:
        return nullptr;
    }
  };
  const Output output = history_of(*history.store().copy(), options, reopen);
  CHECK(output.code == 0);
  std::vector<int> told;
  for (const auto& line : output.lines())
    told.push_back(boost::json::parse(line).at("position").to_number<int>());
  CHECK(told == V{3, 5, 8, 9, 11, 12});
  CHECK(openings == 4);
}

TEST_CASE("Following may begin after the head, and in an empty ledger") {
  HistoryOptions options;
  options.follow = true;
  options.since = "9";
  options.format = "jsonl";
  auto history = two();
  int openings = 0;
  const Reopen once = [&]() -> std::unique_ptr<ledger::EventStore> {
    return ++openings == 1 ? history.done().store().copy() : nullptr;
  };
  CHECK(history_of(*history.store().copy(), options, once).lines().size() == 1);
  openings = 0;
  options.since = "11";
  CHECK(history_of(*history.store().copy(), options, once).out.empty());  // only #10 was added
  HistoryOptions all;
  all.follow = true;
  all.format = "jsonl";
  openings = 0;
  CHECK(history_of(MemoryEventStore(), all, once).lines().size() == 11);
}

TEST_CASE("Nothing more is read when nobody takes the output") {
  const auto history = two();
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  HistoryOptions options;
  options.follow = true;
  bool reopened = false;
  run_history(history.store(), options, out, [&]() -> std::unique_ptr<ledger::EventStore> {
    reopened = true;
    return nullptr;
  });
  CHECK_FALSE(reopened);
}
