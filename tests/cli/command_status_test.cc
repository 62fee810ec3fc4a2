#include <catch2/catch.hpp>

#include "cli/replay/status.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"
#include "tests/support/time_zone.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture;
using migledger::testing::failure;
using migledger::testing::HistoryBuilder;
using migledger::testing::MemoryEventStore;
using migledger::testing::Output;
using migledger::testing::TimeZone;
using workflow::ErrorClass;

namespace {

Output status_of(const ledger::EventStore& store, const StatusOptions& options = {},
                 const FleetStart& start = {}) {
  return capture([&](auto& out, auto&) { return run_status(store, options, out, start); });
}

Output json_of(const ledger::EventStore& store, StatusOptions options = {}) {
  options.json = true;
  return status_of(store, options);
}

HistoryBuilder one_of_each(std::string_view cloud = "oci") {
  HistoryBuilder history(cloud);
  history.session();
  history.start("finished").checks_done().done();
  history.start("going").checks_done().observed("await-image", "IN_PROGRESS", 40);
  history.start("stuck").parked("check-source", "the instance is TERMINATED", "start it");
  history.start("broken").failed("create-image", failure(ErrorClass::FATAL, 400, "Invalid"));
  history.gave_up("create-image", "refused for good");
  return history;
}

}  // namespace

TEST_CASE("status shows the head, the counts, one row a migration, and what is to be done") {
  const TimeZone zone("UTC0");
  const Output output = status_of(one_of_each().store());
  CHECK(output.code == 0);
  CHECK(output.out ==
        "ledger 00112233445566778899aabbccddeeff (oci), last event #21 at 2026-11-23 "
        "09:00:20+00:00\n"
        "no run is under way; the last one, by alice@box, was cut off: run again to go on\n"
        "4 migrations: 1 running, 1 waiting, 1 failed, 1 done\n"
        "\n"
        "MIGRATION  STATUS   STEP                %  WAITS FOR, OR STOPPED BY    SINCE\n"
        "stuck      waiting  1/45 check-source      the instance is TERMINATED  2026-11-23 "
        "09:00:17+00:00\n"
        "broken     failed   9/45 create-image      refused for good            2026-11-23 "
        "09:00:20+00:00\n"
        "going      running  10/45 await-image  40  IN_PROGRESS                 2026-11-23 "
        "09:00:14+00:00\n"
        "finished   done     45/45                                              2026-11-23 "
        "09:00:08+00:00\n"
        "\n"
        "To do:\n"
        "  stuck: start it\n"
        "    because: the instance is TERMINATED\n"
        "\n"
        "Failed:\n"
        "  broken: refused for good\n"
        "What can be done:\n"
        "  migledger retry broken                         once the cause is mended: the next run "
        "goes on where it stopped\n"
        "  migledger adopt broken STEP OCID --reason WHY  if what it was making is there\n"
        "  migledger rollback broken --reason WHY         removes what it made\n");
}

TEST_CASE("status as JSON has the same, with times in UTC") {
  const TimeZone zone("XXX-9");
  const auto status = json_of(one_of_each("sim").store()).json();
  CHECK(status.at("simulated") == true);
  CHECK(status.at("ledger") == testing::kLedgerId);
  CHECK(status.at("cloud") == "sim");
  CHECK(status.at("position") == 21);
  CHECK(status.at("time") == "2026-11-23T09:00:20.000000Z");
  CHECK(status.at("run").is_null());
  CHECK(status.at("counts") == boost::json::value({{"running", 1},
                                                   {"waiting", 1},
                                                   {"done", 1},
                                                   {"failed", 1},
                                                   {"cancelled", 0},
                                                   {"rolled-back", 0}}));
  const auto& migrations = status.at("migrations").as_array();
  REQUIRE(migrations.size() == 4);
  const auto& going = migrations[1].as_object();
  CHECK(going.at("name") == "going");
  CHECK(going.at("status") == "running");
  CHECK(going.at("step") == "await-image");
  CHECK(going.at("step_number") == 10);
  CHECK(going.at("step_count") == 45);
  CHECK(going.at("steps_done") == 5);
  CHECK(going.at("percent") == 40);
  CHECK(going.at("state") == "IN_PROGRESS");
  CHECK(going.at("entered") == "2026-11-23T09:00:14.000000Z");
  CHECK(migrations[2].at("need") == "start it");
  CHECK(migrations[3].at("state") == "refused for good");
}

TEST_CASE("status says whether a run is under way, and how the last one ended") {
  const TimeZone zone("UTC0");
  HistoryBuilder history;
  CHECK(status_of(history.store()).has("\nno run yet\n"));
  history.session();
  StatusOptions options;
  options.run = ledger::Holder{7, "box\x1b[2J", *parse_rfc3339("2026-11-23T09:00:01Z")};
  CHECK(status_of(history.store(), options)
            .has("a run is under way: pid 7 on box\\x1b[2J, since 2026-11-23 09:00:01+00:00\n"));
  const auto run = json_of(history.store(), options).json().at("run").as_object();
  CHECK(run.at("pid") == 7);
  CHECK(run.at("since") == "2026-11-23T09:00:01.000000Z");
  options.run->pid = 0;
  CHECK(status_of(history.store(), options).has("a run is under way, just starting"));
  CHECK(status_of(history.close(0, "done").store())
            .has("no run is under way; the last one, by alice@box, ended with: done\n"));
}

TEST_CASE("status of a simulated ledger says so first, and of an empty one that it is empty") {
  CHECK(status_of(HistoryBuilder("sim").store()).lines()[0] ==
        "simulated ledger: nothing here happened in a real cloud");
  const MemoryEventStore empty;
  CHECK(status_of(empty).out == "the ledger is empty\n");
  const auto json = json_of(empty).json();
  CHECK(json.at("position") == 0);
  CHECK(json.at("migrations").as_array().empty());
  CHECK_FALSE(json.contains("time"));
  CHECK_FALSE(json.contains("simulated"));
}

TEST_CASE("status starts from a summary of an earlier position") {
  auto history = one_of_each();
  const auto half = load_fleet(history.store(), 10);
  ledger::Position asked = 0;
  const FleetStart start = [&](ledger::Position at_most) {
    asked = at_most;
    return std::optional(half);
  };
  const std::string whole = status_of(history.store()).out;
  CHECK(status_of(history.store(), {}, start).out == whole);
  CHECK(asked == 21);
  // One from beyond what is asked for is not taken.
  CHECK(load_fleet(history.store(), 9, start) == load_fleet(history.store(), 9));
  CHECK(load_fleet(history.store(), 21, start) == load_fleet(history.store(), 21));
}

TEST_CASE("On a narrow terminal the table is shortened, and long names never break it") {
  HistoryBuilder history;
  history.session().start("東京-" + std::string(30'000, 'x'));
  history.parked("check-source", "because \x1b[2J" + std::string(10'000, 'y'), "do \u202Eit");
  StatusOptions options;
  options.terminal = {true, true, false, 80};
  const Output output = status_of(history.store(), options);
  CHECK(output.out.find('\x1b') == std::string::npos);
  CHECK(output.out.find("\u202E") == std::string::npos);
  for (const auto& line : output.lines())
    if (line.starts_with("MIGRATION") || line.starts_with("東京")) CHECK(display_width(line) <= 80);
  CHECK(json_of(history.store()).json().at("migrations").as_array().size() == 1);
}

TEST_CASE("At every width no line of status is wider than the terminal") {
  auto history = one_of_each();
  history.close(1, "1 done, 1 failed; and a rather long remark on why the others were not started");
  for (const std::size_t width : {30u, 40u, 60u, 80u, 100u, 140u}) {
    CAPTURE(width);
    StatusOptions options;
    options.terminal = {true, true, false, width};
    for (const auto& line : status_of(history.store(), options).lines()) {
      CAPTURE(line);
      CHECK(display_width(line) <= std::max<std::size_t>(width, 35));
    }
  }
}

TEST_CASE("Of very many that are done only the number is shown") {
  HistoryBuilder history;
  history.session();
  for (int i = 0; i < 1010; ++i) history.start("m" + std::to_string(i)).done();
  history.start("open");
  const Output output = status_of(history.store());
  CHECK(output.has("… and 10 more that are done (status --json lists all)\n"));
  CHECK(output.has("\nopen "));
  CHECK(json_of(history.store()).json().at("migrations").as_array().size() == 1011);
}

TEST_CASE("Events of a newer version are counted") {
  HistoryBuilder history;
  history.session().start("a").newer_kind(90);
  CHECK(status_of(history.store()).has("1 event(s) were written by a newer version"));
  CHECK(json_of(history.store()).json().at("unknown_events") == 1);
}
