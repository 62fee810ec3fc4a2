// What `replay --until` shows is the fold of the events up to there, at every position.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ledger/fold/migration_state.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;

namespace {

json::object as_json(const ledger::Fields& fields) {
  json::object object;
  fields.for_each([&](std::string_view name, std::string_view value) { object[name] = value; });
  return object;
}

// What the fold of a prefix came to, beside what the program shows of it.
void require_same(const ledger::MigrationState& state, const json::object& shown) {
  CHECK(number_of(shown, "position") == state.position);
  CHECK(number_of(shown, "version") == state.version);
  CHECK(number_of(shown, "stream") == state.stream);
  CHECK(text_of(shown, "name") == state.name);
  CHECK(text_of(shown, "status") == ledger::name_of(state.status));
  CHECK(text_of(shown, "reason") == state.reason);
  CHECK(text_of(shown, "need") == state.need);
  CHECK(text_of(shown, "started") == format_utc(state.started));
  CHECK(text_of(shown, "entered") == format_utc(state.entered));
  CHECK(text_of(shown, "updated") == format_utc(state.updated));
  CHECK(shown.at("facts") == as_json(state.facts));
  CHECK(shown.at("plan") == as_json(state.plan));
  const auto& steps = shown.at("steps").as_array();
  REQUIRE(steps.size() == state.step_count());
  for (ledger::StepIndex step = 0; step < state.step_count(); ++step) {
    CHECK(text_of(steps[step].as_object(), "name") == state.step_name(step));
    CHECK(steps[step].at("done").as_bool() == state.is_done(step));
  }
  const auto& attempt = shown.at("attempt");
  REQUIRE(attempt.is_null() == (state.attempt.step == ledger::kNoStep));
  if (!attempt.is_null()) {
    const auto& object = attempt.as_object();
    CHECK(text_of(object, "step") == state.step_name(state.attempt.step));
    CHECK(text_of(object, "phase") == ledger::name_of(state.attempt.phase));
    CHECK(number_of(object, "generation") == state.attempt.generation);
    CHECK(number_of(object, "sends") == state.attempt.sends);
    CHECK(number_of(object, "failures") == state.attempt.failures);
    CHECK(number_of(object, "deaths") == state.attempt.deaths);
    CHECK(number_of(object, "latest") == state.attempt.latest);
    CHECK(object.at("doubt").as_bool() == state.attempt.doubt);
  }
  const auto& reading = shown.at("reading").as_object();
  CHECK(text_of(reading, "state") == state.reading.state);
  CHECK(number_of(reading, "percent") == state.reading.percent);
  CHECK(number_of(reading, "failures") == state.reading.failures);
}

}  // namespace

TEST_CASE("Replay until every position is the fold of what comes before it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  work.write("faults.json", R"({"rates": {"throttled": 0.05, "lost_after": 0.03,
      "error_after": 0.03, "work_request_fails": 0.1}})");
  const auto command = [](const std::string& speed) -> std::vector<std::string> {
    return {"run",    "--config",    "plan.json", "--cloud", "sim",          "--ledger",
            "ledger", "--sim-speed", speed,       "--json",  "--sim-faults", "faults.json"};
  };
  {
    const auto program = work.start(command("2000"));
    program->await_output(R"("step":"copy-object","kind":"intent")");
    program->kill();
  }
  work.run(command("0"));

  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(work / "ledger", report);
  const auto head = store->head().position;
  REQUIRE(head > 100);
  std::map<std::uint64_t, ledger::MigrationState> states;
  for (const auto cursor = store->scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto position = event.getPosition();
    if (event.getStream() != ledger::kLedgerStream) states[event.getStream()].apply(event);
    for (unsigned n = 1; n <= 2; ++n) {
      // Each position once, the migrations in turn; both where one of them changed.
      if (position % 2 != n % 2) continue;
      const auto result = work.run(
          {"replay", vm(n), "--ledger", "ledger", "--until", std::to_string(position), "--json"});
      CAPTURE(position, result.err);
      REQUIRE(result.exit_code == 0);
      const auto shown = json::parse(result.out).as_object();
      CHECK(number_of(shown, "position") == position);
      const auto stream = store->find_stream(vm(n));
      const auto state = stream ? states.find(*stream) : states.end();
      REQUIRE(shown.at("migration").is_null() == (state == states.end()));
      if (state != states.end()) require_same(state->second, shown.at("migration").as_object());
    }
  }
}
