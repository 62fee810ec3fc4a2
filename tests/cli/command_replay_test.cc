#include <catch2/catch.hpp>

#include "cli/replay/next_action.h"
#include "cli/replay/replay.h"
#include "cli/replay/replayed.h"
#include "tests/cli/reading.h"
#include "tests/support/history_builder.h"
#include "tests/support/time_zone.h"

using namespace migledger;
using namespace migledger::cli;
using migledger::testing::capture_exit;
using migledger::testing::failure;
using migledger::testing::HistoryBuilder;
using migledger::testing::MemoryEventStore;
using migledger::testing::Output;
using migledger::testing::TimeZone;
using workflow::ErrorClass;
using Kind = HistoryBuilder::Sighting::Kind;

namespace {

Output replay(const ledger::EventStore& store, const ReplayOptions& options,
              const FleetStart& start = {}) {
  return capture_exit([&](auto& out) { return run_replay(store, options, out, start); });
}

ReplayOptions at(std::string until, std::optional<std::string> migration = "web-1") {
  ReplayOptions options;
  options.until = std::move(until);
  options.migration = std::move(migration);
  return options;
}

boost::json::object json_at(const ledger::EventStore& store, std::string until,
                            std::optional<std::string> migration = "web-1") {
  ReplayOptions options = at(std::move(until), std::move(migration));
  options.json = true;
  const Output output = replay(store, options);
  CHECK(output.code == 0);
  return output.json();
}

// #1 ledger, #2 session, #3 started, #4-#8 checks and claim, #9 looked, #10 sending, #11 failed,
// #12 looked, #13 sending again, #14 unknown, #15 second migration, #16 new session, #17 looked,
// #18 adopted, #19 observed, #20 died, #21 parked.
HistoryBuilder eventful(std::string_view cloud = "oci") {
  HistoryBuilder history(cloud);
  history.session().start("web-1").checks_done();
  history.looked("create-image", Kind::absent).sending("create-image");
  history.failed("create-image", failure(ErrorClass::THROTTLED, 429, "TooManyRequests"));
  history.looked("create-image", Kind::absent).sending_again("create-image", 10, 2);
  history.unknown("create-image", failure(ErrorClass::UNKNOWN, 0, "timeout"));
  history.start("db-1").session("bob", "other").on("web-1");
  history.at("2026-11-23T09:05:00Z");
  history.looked("create-image", Kind::ours, {{"ocid1.image.x", "n", "AVAILABLE", "key"}});
  history.found("create-image", HistoryBuilder::How::ADOPTED, {{"image_id", "ocid1.image.x"}});
  history.observed("await-image", "IN_PROGRESS", 40);
  history.dead("await-image", "create-image", failure(ErrorClass::RETRY, 0, "FAILED", "it broke"));
  history.parked("create-image", "quota", "raise it");
  return history;
}

}  // namespace

TEST_CASE("At every position the replayed state is the fold of that prefix") {
  const auto history = eventful();
  ledger::MigrationState fold;
  for (ledger::Position position = 0; position <= history.last(); ++position) {
    const auto cursor = history.store().scan(position, position);
    if (position > 0 && cursor->next() && cursor->event().getStream() == 3)
      fold.apply(cursor->event());
    CAPTURE(position);
    const auto replayed = replay_stream(history.store(), 3, position);
    CHECK(replayed.state.version == fold.version);
    CHECK(replayed.state.status == fold.status);
    CHECK(replayed.state.attempt.phase == fold.attempt.phase);
    CHECK(replayed.state.facts == fold.facts);
    for (ledger::StepIndex step = 0; step < replayed.done.size(); ++step)
      CHECK((replayed.done[step].position != 0) == fold.is_done(step));
    const auto object = json_at(history.store(), std::to_string(position));
    if (position < 3) {
      CHECK(object.at("migration").is_null());
      CHECK(object.at("next").is_null());
      continue;
    }
    CHECK(object.at("migration").at("status") == name_of(fold.status).data());
    const Vantage vantage = vantage_at(history.store(), position);
    const auto decision = next_action(fold, vantage).decision;
    CHECK(object.at("next").at("row") == name_of(decision.row).data());
    CHECK(object.at("next").at("action") == name_of(decision.kind).data());
  }
}

TEST_CASE("The vantage is that of the moment: its time, and its newest session") {
  const auto history = eventful();
  CHECK(vantage_at(history.store(), 0).session == 0);
  CHECK(vantage_at(history.store(), 1).session == 0);
  CHECK(vantage_at(history.store(), 2).session == 2);
  CHECK(vantage_at(history.store(), 14).session == 2);
  CHECK(vantage_at(history.store(), 16).session == 16);
  CHECK(vantage_at(history.store(), 17).session == 16);
  CHECK(vantage_at(history.store(), 17).now == *parse_rfc3339("2026-11-23T09:05:00Z"));
  CHECK(vantage_at(history.store(), 17).ledger_id == testing::kLedgerId);
}

TEST_CASE("What was in flight is shown with its key and its sends") {
  const auto object = json_at(eventful().store(), "13");
  const auto& attempt = object.at("migration").at("attempt").as_object();
  CHECK(attempt.at("step") == "create-image");
  CHECK(attempt.at("phase") == "open");
  CHECK(attempt.at("in_flight") == true);
  CHECK(attempt.at("sends") == 2);
  CHECK(attempt.at("intent") == 13);
  CHECK(attempt.at("request") == "POST images (us-ashburn-1)");
  CHECK(attempt.at("last_sent") == "2026-11-23T09:00:12.000000Z");
  CHECK(std::string(attempt.at("key").as_string()).ends_with("-create-image-1"));
  CHECK(object.at("next").at("action") == "wait for the reply");
  CHECK(object.at("next").at("resumed").at("action") == "look");
  const Output text = replay(eventful().store(), at("13"));
  CHECK(text.has("  outcome     none yet: the request is in flight\n"));
  CHECK(text.has("  sent        2 time(s), last #13, "));
}

TEST_CASE("What would have been done next, and why") {
  const TimeZone zone("UTC0");
  const auto history = eventful();
  ReplayOptions options = at("17");
  options.next = true;
  CHECK(
      replay(history.store(), options).out ==
      "web-1 at #17, 2026-11-23 09:05:00+00:00: running\n"
      "  next        adopt\n"
      "  step        create-image\n"
      "  generation  1\n"
      "  why         it is there and bears our key\n"
      "  row         recovery table, row adopt: any; the look says: found one of ours → adopt it\n"
      "  rests on    #10 sending POST images (us-ashburn-1), attempt 1, key ml-…-1 (the request "
      "was "
      "recorded with it)\n"
      "              #14 outcome unknown, will be looked for: timeout (the last that is "
      "known of the attempt)\n"
      "              #17 looked: found ours: ocid1.image.x (AVAILABLE) (the latest look for the "
      "resource)\n");
  options.until = "11";
  const Output waiting = replay(history.store(), options);
  CHECK(waiting.has("  row         recovery table, row back-off: "));
  CHECK(waiting.has("  not before  2026-11-23 09:00:"));
  options.until = "21";
  const Output parked = replay(history.store(), options);
  CHECK(parked.has("  to do      raise it\n"));
  CHECK(parked.has("  a new run  "));
}

TEST_CASE("A workflow that this version does not have is not guessed at") {
  auto history = eventful();
  auto replayed = replay_stream(history.store(), 3, 10);
  const Vantage vantage = vantage_at(history.store(), 10);
  // Steps make a workflow, as for the executor; its version is their name.
  replayed.state.workflow_version = 9;
  CHECK_THAT(next_words(next_action(replayed.state, vantage)), Catch::StartsWith("wait for"));
  auto steps = *replayed.state.steps;
  steps[2] = "check-otherwise";
  replayed.state.steps = std::make_shared<const std::vector<std::string>>(steps);
  CHECK_THAT(next_words(next_action(replayed.state, vantage)),
             Catch::StartsWith("cannot be told: it follows version 9 of the compute workflow"));
  replayed.state.workflow = "net\x1b";
  CHECK(next_words(next_action(replayed.state, vantage)) ==
        "cannot be told: this version has no workflow \"net\\x1b\"");
}

TEST_CASE("The text shows steps, resources, facts and plan") {
  const TimeZone zone("UTC0");
  const Output output = replay(eventful().store(), at("21"));
  CHECK(output.code == 0);
  CHECK(output.lines()[0] == "web-1 at #21, 2026-11-23 09:05:04+00:00: waiting");
  CHECK(output.has("\n  because     quota\n  to do       raise it\n"));
  CHECK(output.has("\n1   check-source         done         #4  2026-11-23 09:00:03+00:00\n"));
  CHECK(output.has("\n8   approve-downtime     left out\n"));
  CHECK(output.has("\n9   create-image         current\n"));
  CHECK(output.has("\n10  await-image          to come\n"));
  CHECK(output.has("create-image    #18  failed later  image ocid1.image.x\n"));
  CHECK(output.has("\nFacts\n"));
  CHECK(output.has("\n  source_region       us-ashburn-1\n"));
}

TEST_CASE("JSON of a migration has its resources and what became of them") {
  const auto migration = json_at(eventful().store(), "21").at("migration").as_object();
  const auto& resources = migration.at("resources").as_array();
  REQUIRE(resources.size() == 2);
  CHECK(resources[0].at("step") == "claim-source");
  CHECK(resources[0].at("dead") == false);
  CHECK(resources[1].at("how") == "adopted");
  CHECK(resources[1].at("dead") == true);
  CHECK(resources[1].at("facts").at("image_id") == "ocid1.image.x");
  CHECK(migration.at("steps").at(8) ==
        boost::json::value({{"name", "create-image"}, {"done", false}}));
  CHECK(migration.at("steps").at(0).at("time") == "2026-11-23T09:00:03.000000Z");
  CHECK(migration.at("plan").at("target_region") == "eu-frankfurt-1");
  CHECK(migration.at("need") == "raise it");
}

TEST_CASE("A time means the last event at or before it") {
  const auto history = eventful();
  CHECK(json_at(history.store(), "2026-11-23T09:00:12.5Z").at("position") == 13);
  CHECK(json_at(history.store(), "2026-11-23T10:00:12+01:00").at("position") == 13);
  CHECK(json_at(history.store(), "2026-11-23T08:00:00Z").at("position") == 0);
  ReplayOptions options;
  CHECK(replay(history.store(), options).has(" at #21, "));
}

TEST_CASE("What waits for approval goes on waiting in a new run") {
  HistoryBuilder history;
  history.session().start("web-1");
  history.ok("check-source", {{"source_state", "RUNNING"}});
  for (const auto* step : {"check-buckets", "check-target", "check-names"}) history.ok(step);
  history.found("claim-source", HistoryBuilder::How::ADOPTED, {{"claim", "c"}});
  history.parked("approve-downtime", "it runs", "--yes", HistoryBuilder::ParkedKind::APPROVE);
  const Output output = replay(history.store(), {});
  CAPTURE(output.out);
  CHECK(output.has("; a new run would do nothing else\n"));
}

TEST_CASE("Before its start a migration had not started") {
  CHECK(replay(eventful().store(), at("2")).out ==
        "web-1 had not started yet at #2; it starts with #3\n");
}

TEST_CASE("The whole fleet, with the next action of each that goes on") {
  const auto history = eventful("sim");
  const Output output = replay(history.store(), at("17", {}));
  CHECK(output.lines()[0] == "simulated ledger: nothing here happened in a real cloud");
  CHECK(output.has("\n2 migrations: 2 running\n"));
  CHECK(
      output.has("\n  web-1: adopt at create-image: it is there and bears our key (row adopt, "
                 "because of #17)\n"));
  CHECK(output.has("\n  db-1: read at check-source: "));
  const auto object = json_at(history.store(), "17", {});
  CHECK(object.at("simulated") == true);
  CHECK(object.at("position") == 17);
  CHECK(object.at("migrations").at(0).at("next").at("action") == "adopt");
  ReplayOptions next = at("17", {});
  next.next = true;
  CHECK_FALSE(replay(history.store(), next).has("MIGRATION"));
  next.json = true;
  CHECK(replay(history.store(), next).json().at("migrations").as_array().size() == 2);
}

TEST_CASE("Position 0 is the empty ledger") {
  const auto history = eventful();
  CHECK(replay(history.store(), at("0", {})).out == "at #0 the ledger is empty\n");
  const auto object = json_at(history.store(), "0", {});
  CHECK(object.at("position") == 0);
  CHECK(object.at("migrations").as_array().empty());
  const MemoryEventStore empty;
  CHECK(replay(empty, {}).out == "at #0 the ledger is empty\n");
}

TEST_CASE("A snapshot from beyond the moment is not used") {
  const auto history = eventful();
  const auto whole = load_fleet(history.store(), history.last());
  const FleetStart start = [&](ledger::Position) { return std::optional(whole); };
  CHECK(replay(history.store(), at("14", {}), start).out ==
        replay(history.store(), at("14", {})).out);
}

TEST_CASE("What changed between two moments of one migration") {
  const TimeZone zone("UTC0");
  const auto history = eventful();
  ReplayOptions options;
  options.migration = "web-1";
  options.diff = {{"13", "18"}};
  CHECK(replay(history.store(), options).out ==
        "web-1 from #13 (2026-11-23 09:00:12+00:00) to #18 (2026-11-23 09:05:01+00:00): 3 "
        "event(s)\n"
        "Standing\n"
        "  ~ attempt: create-image generation 1: open, sent 2 time(s), 1 failure(s) → create-image "
        "generation 1: accepted, sent 2 time(s), 0 failure(s)\n"
        "Steps done\n"
        "  create-image\n"
        "Facts\n"
        "  + image_id: ocid1.image.x\n"
        "Events\n"
        "2026-11-23 (+00:00)\n"
        "#14 09:00:13 create-image     outcome unknown, will be looked for: timeout\n"
        "#17 09:05:00 create-image     looked: found ours: ocid1.image.x (AVAILABLE)\n"
        "#18 09:05:01 create-image     adopted what was found: image ocid1.image.x\n");
  options.diff = {{"18", "21"}};
  const Output output = replay(history.store(), options);
  CHECK(output.has("  ~ status: running → waiting\n"));
  CHECK(output.has("  + to do: raise it\n"));
  CHECK(output.has("Steps to be done again\n  create-image\n"));
  options.json = true;
  const auto object = replay(history.store(), options).json();
  CHECK(object.at("from").at("position") == 18);
  CHECK(object.at("to").at("time") == "2026-11-23T09:05:04.000000Z");
  CHECK(object.at("events") == 3);
  CHECK(object.at("steps_reopened") == boost::json::array{"create-image"});
  CHECK(object.at("history").as_array().size() == 3);
  CHECK(object.at("standing").at(1).at("before").is_null());
}

TEST_CASE("A changed plan shows in a difference, and the same moment twice shows none") {
  auto history = eventful();
  history.plan_changed({{"target_region", "uk-london-1"}, {"shape_config", "{}"}}, "moved");
  ReplayOptions options;
  options.migration = "web-1";
  options.diff = {{"21", "22"}};
  const Output output = replay(history.store(), options);
  CHECK(output.has("  + shape_config: {}\n  ~ target_region: eu-frankfurt-1 → uk-london-1\n"));
  options.diff = {{"21", "21"}};
  CHECK(replay(history.store(), options).lines().size() == 1);
  options.diff = {{"0", "22"}};
  CHECK(replay(history.store(), options).has("  + status: running\n"));
}

TEST_CASE("What changed in the fleet") {
  const auto history = eventful();
  ReplayOptions options;
  options.diff = {{"14", "16"}};
  const Output output = replay(history.store(), options);
  CHECK(output.has("2 event(s), 1 of 2 migrations changed\n"));
  CHECK(output.has("  + db-1: running, 0 of 45 steps done\n"));
  options.json = true;
  options.diff = {{"2026-11-23T09:00:13Z", "2026-11-23T09:05:04Z"}};
  const auto object = replay(history.store(), options).json();
  CHECK(object.at("events") == 7);
  CHECK(object.at("migrations").as_array().size() == 2);
}

TEST_CASE("What cannot be replayed is refused with exit code 2 and a reason") {
  const auto history = eventful();
  const auto refused = [&](const ReplayOptions& options) {
    const Output output = replay(history.store(), options);
    CHECK(output.code == 2);
    CHECK(output.out.empty());
    CHECK_THAT(output.err, Catch::StartsWith("migledger: "));
    return output.err;
  };
  CHECK_THAT(refused(at("22")), Catch::Contains("beyond the end"));
  CHECK_THAT(refused(at("noon")), Catch::Contains("neither a position"));
  CHECK_THAT(refused(at("21", "wbe-1")), Catch::Contains("did you mean \"web-1\"?"));
  ReplayOptions options = at("5");
  options.diff = {{"1", "2"}};
  CHECK_THAT(refused(options), Catch::Contains("leave out --until"));
  options.until.reset();
  options.diff = {{"3", "2"}};
  CHECK_THAT(refused(options), Catch::Contains("3 is after 2"));
}

TEST_CASE("Nothing hostile reaches the terminal from a state, and no line is wider than it") {
  const std::string hostile = "\x1b[2J\u202E\xff" + std::string(8'000, 'x');
  HistoryBuilder history;
  history.session().start(hostile, {{hostile.substr(0, 200), hostile}}, {hostile});
  history.looked("create-image", Kind::several, {{hostile, hostile, hostile, hostile}});
  history.sending("create-image").succeeded("create-image", {{"image_id", hostile}});
  history.observed("await-image", hostile, 3);
  history.looked("export-image", Kind::foreign, {{hostile, hostile, hostile, hostile}});
  history.parked("export-image", hostile, hostile);
  for (const auto& migration : {std::optional(hostile), std::optional<std::string>()}) {
    ReplayOptions options;
    options.migration = migration;
    for (const bool next : {false, true}) {
      options.next = next;
      const Output output = replay(history.store(), options);
      CHECK(output.code == 0);
      CHECK(output.out.find('\x1b') == std::string::npos);
      CHECK(output.out.find('\xff') == std::string::npos);
      CHECK(output.out.find("\u202E") == std::string::npos);
    }
    options.next = false;
    options.json = true;
    CHECK(replay(history.store(), options).json().at("position") == 9);
  }
  ReplayOptions diff;
  diff.migration = hostile;
  diff.diff = {{"0", "9"}};
  diff.terminal = {true, true, false, 60};
  const Output output = replay(history.store(), diff);
  CHECK(output.out.find('\x1b') == std::string::npos);
  for (std::size_t i = 1; i < output.lines().size(); ++i)
    CHECK(display_width(output.lines()[i]) <= 60);
}
