// A ledger put back from an earlier copy has forgotten what it did. The tenancy has not.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

std::vector<std::string> run_at(const std::string& speed) {
  return {"run",      "--config", "plan.json",   "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", speed,     "--json"};
}

}  // namespace

TEST_CASE("A ledger restored from an earlier copy adopts what it forgot and makes nothing again") {
  constexpr unsigned kMigrations = 4;
  // Where the run was when the copy was made.
  const std::string step = GENERATE("claim-source", "create-image", "await-image", "export-image",
                                    "copy-object", "import-image", "launch-instance");
  const bool killed = GENERATE(false, true);
  CAPTURE(step, killed);
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(kMigrations)));
  {
    const auto program = work.start(run_at("5000"));
    program->await_output("\"step\":\"" + step + "\"");
    if (killed) {
      program->kill();
    } else {
      program->send(2);
      program->finish();
    }
  }
  copy_directory(work / "ledger", work / "copy");
  const auto copied = history_of(work, "ledger").size();
  REQUIRE(work.run(run_at("0")).exit_code == 0);

  std::filesystem::remove_all(work / "ledger");
  std::filesystem::rename(work / "copy", work / "ledger");
  const auto last = work.run(run_at("0"));
  INFO(last.out << last.err);
  REQUIRE(last.exit_code == 0);
  require_one_of_everything(work, "ledger.sim", kMigrations);

  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  unsigned adopted = 0;
  for (const auto& event : events_of_kind(events, "outcome")) {
    if (number_of(event, "position") <= copied) continue;
    adopted += text_of(event.at("body").as_object(), "how") == "adopted";
  }
  CHECK(adopted >= 1);
}
