// Ctrl-C and SIGTERM, and a second program on the same ledger.
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

std::vector<std::string> run_at(const std::string& speed) {
  return {"run",      "--config", "plan.json",   "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", speed,     "--json"};
}

void require_resumable(Workplace& work, unsigned migrations) {
  const auto last = work.run(run_at("0"));
  INFO(last.err);
  REQUIRE(last.exit_code == 0);
  require_sound_history(history_of(work, "ledger"));
  require_one_of_everything(work, "ledger.sim", migrations);
}

}  // namespace

TEST_CASE("One signal drains: calls under way are recorded, then it ends resumable") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(5)));
  const auto program = work.start(run_at("100"));
  program->await_output(R"("step":"create-image","kind":"intent")");
  program->send(signal);
  const auto result = program->finish();
  CHECK(result.exit_code == 7);
  CHECK(contains(result.err, "waiting for the calls under way"));
  const auto lines = json_lines(result.out);
  REQUIRE(!lines.empty());
  CHECK(number_of(lines.back(), "exit_code") == 7);
  CHECK(lines.back().at("interrupted").as_bool());

  const auto events = history_of(work, "ledger");
  require_sound_history(events);  // every intent has its outcome already
  CHECK(text_of(events.back(), "kind") == "sessionClosed");
  CHECK(number_of(events.back().at("body").as_object(), "exit_code") == 7);
  require_resumable(work, 5);
}

TEST_CASE("A second signal stops at once, even while a reply is far away") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  work.write("faults.json", R"({"scripted": [{"fault": "delayed", "method": "POST",
      "path": "/20160918/images", "seconds": 100000, "times": 2}]})");
  auto command = run_at("100");
  command.insert(command.end(), {"--sim-faults", "faults.json"});
  const auto program = work.start(command);
  program->await_output(R"("step":"create-image","kind":"intent")");
  program->send(SIGINT);
  program->await_error("once more stops at once");
  CHECK_FALSE(program->ended_within(std::chrono::milliseconds(100)));
  program->send(SIGINT);
  REQUIRE(program->ended_within(std::chrono::seconds(20)));
  CHECK(program->finish().exit_code == 7);
  require_resumable(work, 2);
}

TEST_CASE("Two signals in a row end with the same code, whenever they come") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(10)));
  for (int lines = 1; lines <= 43; lines += 6) {
    const auto program = work.start(run_at("1000"));
    program->has_lines(static_cast<std::size_t>(lines), std::chrono::seconds(20));
    program->send(SIGINT);
    program->send(SIGTERM);
    const auto result = program->finish();
    CHECK(result.signal == 0);
    CHECK(result.exit_code == 7);
  }
  require_resumable(work, 10);
}

TEST_CASE("A second writer is refused and told who writes, and readers are not") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(3)));
  const auto program = work.start(run_at("50"));
  program->await_output(R"("kind":"intent")");
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string holder = "process " + std::to_string(program->pid()) + " on " + host;

  SECTION("of the ledger") {
    auto command = run_at("0");
    command.insert(command.end(), {"--sim-state", "another.sim"});
    const auto second = work.run(command);
    CHECK(second.exit_code == 5);
    CHECK(contains(second.err, holder));
    CHECK(contains(second.err, ", since 20"));
    CHECK(second.out.empty());
  }
  SECTION("of the simulated tenancy") {
    const auto second = work.run(run_at("0"));
    CHECK(second.exit_code == 5);
    CHECK(contains(second.err, holder));
  }
  SECTION("but all that read work") {
    for (int time = 0; time < 5; ++time) {
      CHECK(history_of(work, "ledger").size() > 5);
      const auto status = work.run({"status", "--ledger", "ledger", "--json"});
      REQUIRE(status.exit_code == 0);
      const auto shown = json::parse(status.out).as_object();
      CHECK(number_of(shown.at("run").as_object(), "pid") == static_cast<unsigned>(program->pid()));
      CHECK(number_of(shown.at("counts").as_object(), "running") == 3);
      CHECK(work.run({"replay", "vm-01", "--ledger", "ledger", "--until", "10"}).exit_code == 0);
      CHECK(created_counts(work, "ledger.sim").size() >= 1);
    }
  }
  program->send(SIGINT);
  CHECK(program->finish().exit_code == 7);
}
