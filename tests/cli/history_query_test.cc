// history as a query: filters, several ledgers, order, counts, CloudEvents.
#include <catch2/catch.hpp>
#include <random>

#include "cli/history/history.h"
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

namespace {

using V = std::vector<int>;

Output history_of(const ledger::EventStore& store, const HistoryOptions& options) {
  return capture_exit([&](auto& out) { return run_history(store, options, out); });
}

V positions(const Output& output) {
  CHECK(output.code == 0);
  V positions;
  for (const auto& line : output.lines())
    positions.push_back(boost::json::parse(line).at("position").to_number<int>());
  return positions;
}

V positions(const ledger::EventStore& store, HistoryOptions options) {
  options.format = "jsonl";
  return positions(history_of(store, options));
}

// #2 session of alice, #3 web-1, #4 web-2, #5 and #6 the first attempt, throttled, #7 session of
// bob, #8 the second one, #9 succeeded, #10 cannot look, #11 web-2 has no capacity.
HistoryBuilder told() {
  HistoryBuilder history;
  history.session("alice", "box").start("web-1").start("web-2").on("web-1");
  auto slow = failure(ErrorClass::THROTTLED, 429, "TooManyRequests", "Slow DOWN");
  slow.request_id = "request-5/theirs/x";
  history.sending("create-image").failed("create-image", slow).session("bob", "desk");
  history.sending("create-image")
      .succeeded("create-image", {{"image_id", "ocid1.image.oc1.iad.made"}},
                 "ocid1.workrequest.oc1.iad.w");
  history.read_failed("await-image", failure(ErrorClass::NOT_FOUND, 404, "NotFound"));
  history.on("web-2").failed("launch-instance", failure(ErrorClass::CAPACITY, 500, "OutOfHost"));
  return history;
}

V found(std::vector<std::string> HistoryOptions::*filter, std::vector<std::string> values) {
  HistoryOptions options;
  options.*filter = std::move(values);
  const auto history = told();
  return positions(history.store(), options);
}

std::string refused(const HistoryOptions& options) {
  const auto history = told();
  const Output output = history_of(history.store(), options);
  CHECK(output.code == 2);
  return output.err;
}

std::string refused(std::vector<std::string> HistoryOptions::*filter, std::string value) {
  HistoryOptions options;
  options.*filter = {std::move(value)};
  options.format = "jsonl";
  return refused(options);
}

}  // namespace

TEST_CASE("Each filter of history lets through what it names") {
  using O = HistoryOptions;
  CHECK(found(&O::migrations, {"web-2"}) == V{4, 11});
  CHECK(found(&O::steps, {"create-image"}) == V{5, 6, 8, 9});
  CHECK(found(&O::types, {"sessionOpened"}) == V{2, 7});
  CHECK(found(&O::resources, {"ocid1.image.oc1.iad.made"}) == V{9});
  CHECK(found(&O::resources, {"ocid1.image.oc1.iad.mad"}).empty());
  CHECK(found(&O::actors, {"alice"}) == V{2, 3, 4, 5, 6});
  CHECK(found(&O::actors, {"bob@desk"}) == V{7, 8, 9, 10, 11});
  CHECK(found(&O::errors, {"throttled"}) == V{6});
  CHECK(found(&O::errors, {"notFound"}) == V{10});
  CHECK(found(&O::requests, {"request-5"}) == V{5, 6});
  CHECK(found(&O::requests, {"request-5/theirs/x"}) == V{6});
  CHECK(found(&O::requests, {"ocid1.workrequest.oc1.iad.w"}) == V{9});
  CHECK(found(&O::texts, {"slow down"}) == V{6});
  CHECK(found(&O::texts, {"WEB-2"}) == V{4, 11});
  CHECK(found(&O::texts, {"session opened by bob"}) == V{7});
  const auto key =
      workflow::idempotency_key(testing::kLedgerId, "web-1", "source", "create-image", 1);
  CHECK(found(&O::keys, {key}) == V{5, 8});
}

TEST_CASE("The values of one filter combine with or, several filters with and") {
  using O = HistoryOptions;
  CHECK(found(&O::migrations, {"web-2", "web-1", "web-2"}) == V{3, 4, 5, 6, 8, 9, 10, 11});
  CHECK(found(&O::errors, {"capacity", "throttled"}) == V{6, 11});
  CHECK(found(&O::types, {"ended", "sessionOpened", "intent"}) == V{2, 5, 7, 8});
  const auto history = told();
  O options;
  options.errors = {"capacity", "throttled"};
  options.migrations = {"web-1"};
  CHECK(positions(history.store(), options) == V{6});
  options.actors = {"bob"};
  CHECK(positions(history.store(), options).empty());
  options = {};
  options.requests = {"request-5"};
  options.types = {"outcome"};
  options.since = "2";
  CHECK(positions(history.store(), options) == V{6});
  options.since = "7";
  CHECK(positions(history.store(), options).empty());
}

TEST_CASE("What an order was asked by counts, and not who wrote it down") {
  auto history = told();
  ledger::EventDraft draft(ledger::kLedgerStream, {}, 7);
  auto steered = draft.body().initSteered();
  steered.setStep(0xffff);
  steered.setUser("carol");
  steered.setHost("phone");
  auto store = history.store().copy();
  store->append_one(draft);
  HistoryOptions options;
  options.actors = {"carol"};
  CHECK(positions(*store, options) == V{12});
  options.actors = {"bob"};
  CHECK(positions(*store, options) == V{7, 8, 9, 10, 11});
}

TEST_CASE("A value that nothing can have is refused, with what was probably meant") {
  using O = HistoryOptions;
  using Catch::Contains;
  CHECK_THAT(refused(&O::steps, "creat-image"), Contains("did you mean \"create-image\"?"));
  CHECK_THAT(refused(&O::errors, "throtled"),
             Contains("did you mean \"throttled\"?") && Contains("tokenInvalidated"));
  CHECK_THAT(refused(&O::errors, "none"), Contains("no class of errors"));
  CHECK_THAT(refused(&O::actors, "al"), Contains("alice@box") && Contains("bob@desk"));
  CHECK_THAT(refused(&O::actors, "alice@desk"), Contains("nobody called"));
  CHECK_THAT(refused(&O::resources, "ocid1.compartment.oc1..c"), Contains("--text"));
  CHECK_THAT(refused(&O::texts, ""), Contains("--text: it is empty"));
  O options;
  options.follow = options.reverse = true;
  CHECK_THAT(refused(options), Contains("only one of them"));
  options = {};
  options.limit = 0;
  CHECK_THAT(refused(options), Contains("--limit"));
  options = {};
  options.count = true;
  options.format = "csv";
  CHECK_THAT(refused(options), Contains("--count"));
}

TEST_CASE("A step that only an earlier version had can be asked for") {
  MemoryEventStore store;
  HistoryBuilder history;
  store.take_over(history.store());
  ledger::EventDraft draft(ledger::kNewStream, {}, 0);
  auto started = draft.body().initMigrationStarted();
  started.setName("old");
  started.initSteps(1).set(0, "bygone-step");
  store.append_one(draft);
  ledger::EventDraft seen(2, {}, 0);
  seen.body().initObserved().setState("X");
  store.append_one(seen);
  HistoryOptions options;
  options.steps = {"bygone-step"};
  CHECK(positions(store, options) == V{3});
}

TEST_CASE("In reverse, with a limit, and counted, history is the same events") {
  HistoryBuilder history = told();
  for (int i = 0; i < 900; ++i)
    history.on(i % 3 == 0 ? "web-2" : "web-1").observed("await-image", "RUNNING", i % 100);
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    HistoryOptions options;
    if (random() % 2 == 0) options.migrations = {"web-2"};
    if (random() % 3 == 0) options.types = {"observed"};
    if (random() % 4 == 0) options.errors = {"capacity", "throttled"};
    if (random() % 4 == 0) options.requests = {"request-5", "reply-id"};
    if (random() % 2 == 0) options.since = std::to_string(1 + random() % 20);
    if (random() % 2 == 0) options.until = std::to_string(20 + random() % 800);
    V forward = positions(history.store(), options);
    HistoryOptions reverse = options;
    reverse.reverse = true;
    V backward = positions(history.store(), reverse);
    std::reverse(backward.begin(), backward.end());
    CHECK(backward == forward);
    HistoryOptions count = options;
    count.count = true;
    CHECK(history_of(history.store(), count).out == std::to_string(forward.size()) + "\n");
    options.limit = 1 + random() % 5;
    if (forward.size() > *options.limit) forward.resize(*options.limit);
    CHECK(positions(history.store(), options) == forward);
  }
}

TEST_CASE("That nothing was found is said to people") {
  const auto history = told();
  HistoryOptions options;
  options.resources = {"ocid1.image.oc1.iad.nowhere"};
  CHECK_THAT(history_of(history.store(), options).out, Catch::EndsWith("no event is like that\n"));
}

TEST_CASE("Several ledgers are told in order of time, each line with its ledger") {
  const TimeZone zone("UTC0");
  HistoryBuilder a;
  a.session("alice").start("web-1").at("2026-11-23T09:00:10Z").ok("check-source");
  HistoryBuilder b("sim");
  b.session("bob").start("db-1").at("2026-11-23T09:00:09.5Z").ok("check-source");
  const HistoryLedger ledgers[] = {{"a.ledger", &a.store(), {}}, {"dir/b.ledger", &b.store(), {}}};
  const auto tell = [&](const HistoryOptions& options) {
    return capture_exit([&](auto& out) { return run_history(ledgers, options, out); });
  };
  HistoryOptions options;
  options.format = "jsonl";
  std::string order;
  for (const auto& line : tell(options).lines()) {
    const auto event = boost::json::parse(line);
    order += (event.at("ledger") == "a.ledger" ? " a" : " b") +
             std::to_string(event.at("position").to_number<int>());
    CHECK(event.as_object().contains("simulated") == (event.at("ledger") != "a.ledger"));
  }
  CHECK(order == " a1 b1 a2 b2 a3 b3 b4 a4");
  options.reverse = true;
  options.limit = 3;
  order.clear();
  for (const auto& line : tell(options).lines())
    order += boost::json::parse(line).at("ledger").as_string().c_str() + std::string(" ");
  CHECK(order == "a.ledger dir/b.ledger a.ledger ");
  options = {};
  const auto lines = tell(options).lines();
  REQUIRE(lines.size() == 12);
  CHECK(lines[0] == "simulated ledger: nothing here happened in a real cloud");
  CHECK_THAT(lines[1], Catch::StartsWith("a.ledger: ledger 0011"));
  CHECK(lines[11] == "a.ledger     #4 09:00:10 web-1  check-source     ok");
  CHECK(lines[10] == "dir/b.ledger #4 09:00:09 db-1   check-source     ok");
  options.migrations = {"db-1"};
  CHECK(tell(options).lines().size() == 6);
  options.migrations = {"nowhere"};
  CHECK(tell(options).code == 2);
  options = {};
  options.since = "2";
  CHECK_THAT(tell(options).err, Catch::Contains("give a time"));
  options = {};
  options.count = true;
  CHECK(tell(options).out == "4 a.ledger\n4 dir/b.ledger\n8 in all\n");
  options.format = "jsonl";
  CHECK(tell(options).json().at("count") == 8);
  options = {};
  options.format = "csv";
  const auto csv = tell(options).lines();
  CHECK_THAT(csv[0], Catch::EndsWith(",simulated,ledger\r"));
  CHECK_THAT(csv[1], Catch::EndsWith(",false,a.ledger\r"));
}

TEST_CASE("A CloudEvent names its ledger, place, kind and migration") {
  const auto history = told();
  HistoryOptions options;
  options.format = "cloudevents";
  const auto lines = history_of(history.store(), options).lines();
  REQUIRE(lines.size() == 11);
  const auto first = boost::json::parse(lines[0]).as_object();
  CHECK_FALSE(first.contains("subject"));
  CHECK_FALSE(first.contains("causationid"));
  CHECK_FALSE(first.contains("simulated"));
  const auto event = boost::json::parse(lines[8]).as_object();
  CHECK(event.at("specversion") == "1.0");
  CHECK(event.at("id") == "00112233445566778899aabbccddeeff-9");
  CHECK(event.at("source") == "migledger:ledger/00112233445566778899aabbccddeeff");
  CHECK(event.at("type") == "io.migledger.event.outcome");
  CHECK(event.at("subject") == "web-1");
  CHECK(event.at("time") == "2026-11-23T09:00:08.000000Z");
  CHECK(event.at("datacontenttype") == "application/json");
  CHECK(event.at("sequence") == "00000000000000000009");
  CHECK(event.at("causationid") == "00112233445566778899aabbccddeeff-8");
  CHECK(event.at("data").at("position") == 9);
}
