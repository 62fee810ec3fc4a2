// migledger reconcile, as a program.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;

namespace {

std::vector<std::string> run_at(const std::string& speed) {
  return {"run",      "--config", "plan.json",   "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", speed,     "--json"};
}

const std::vector<std::string> kReconcile = {"reconcile", "--config", "plan.json", "--cloud",
                                             "sim",       "--ledger", "ledger"};

std::vector<std::string> reconcile(const std::vector<std::string>& more = {}) {
  auto arguments = kReconcile;
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// A whole run, and the ledger put back from a copy made when `step` had begun.
void run_and_restore(Workplace& work, const std::string& step) {
  {
    const auto program = work.start(run_at("5000"));
    program->await_output("\"step\":\"" + step + "\"");
    program->kill();
  }
  copy_directory(work / "ledger", work / "copy");
  REQUIRE(work.run(run_at("0")).exit_code == 0);
  std::filesystem::remove_all(work / "ledger");
  std::filesystem::rename(work / "copy", work / "ledger");
}

}  // namespace

TEST_CASE("reconcile: when all is known it says so, line by line, and ends well") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  REQUIRE(work.run(run_at("0")).exit_code == 0);
  const auto text = work.run(reconcile());
  INFO(text.out << text.err);
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "simulated"));
  CHECK(contains(text.out, "known     vm-01 instance ocid1.instance."));
  CHECK_FALSE(contains(text.out, "What to do"));

  const auto result = work.run(reconcile({"--json"}));
  CHECK(result.exit_code == 0);
  const auto all = json::parse(result.out).as_object();
  CHECK(all.at("simulated").as_bool());
  CHECK(number_of(all, "known") == all.at("findings").as_array().size());
  for (const auto* verdict : {"orphaned", "missing", "drifted", "unseen"})
    CHECK(number_of(all, verdict) == 0);
  for (const auto& finding : all.at("findings").as_array()) {
    CHECK(text_of(finding.as_object(), "verdict") == "known");
    CHECK(number_of(finding.as_object(), "position") > 0);
  }
}

TEST_CASE("reconcile: what a restored ledger forgot waits for a person, until a run adopts it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  run_and_restore(work, "await-image");
  const auto before = history_of(work, "ledger").size();
  const auto created = created_counts(work, "ledger.sim");

  const auto text = work.run(reconcile());
  INFO(text.out << text.err);
  CHECK(text.exit_code == 3);
  CHECK(contains(text.out, "orphaned"));
  CHECK(contains(text.out, "its key is of launch-instance"));
  CHECK(contains(text.out, "What to do"));
  CHECK(contains(text.out, "looks for it first, and adopts it"));
  // It only looked.
  CHECK(history_of(work, "ledger").size() == before);
  CHECK(created_counts(work, "ledger.sim") == created);

  REQUIRE(work.run(run_at("0")).exit_code == 0);
  CHECK(work.run(reconcile()).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 2);
}

TEST_CASE(
    "reconcile: an orphan is recorded where its migration can take it, else it says why not") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(3)));
  run_and_restore(work, "create-image");
  const auto result = work.run(reconcile({"--adopt", "--json"}));
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  std::size_t recorded = 0, orphaned = 0;
  const auto all = json::parse(result.out);
  for (const auto& entry : all.at("findings").as_array()) {
    const auto& finding = entry.as_object();
    if (text_of(finding, "verdict") != "orphaned") continue;
    ++orphaned;
    const bool is_recorded = number_of(finding, "recorded") != 0;
    recorded += is_recorded ? 1 : 0;
    CHECK(is_recorded == text_of(finding, "not_recorded").empty());
    // Nothing but the step that a migration is at can take it.
    if (is_recorded) CHECK(text_of(finding, "step") == "create-image");
  }
  CHECK(orphaned > recorded);
  CHECK(events_of_kind(history_of(work, "ledger"), "steered").size() == recorded);
  REQUIRE(work.run(run_at("0")).exit_code == 0);
  CHECK(work.run(reconcile()).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 3);
}

TEST_CASE("reconcile: without a ledger it is refused") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto none = work.run(reconcile());
  CHECK(none.exit_code == 2);
  CHECK(contains(none.err, "no ledger"));
  CHECK_FALSE(std::filesystem::exists(work / "ledger.sim"));
}

TEST_CASE("reconcile: a cloud that cannot be asked has a code of its own") {
  Workplace work;
  auto plan = simulated_plan(1);
  plan["oci"] = {{"program", "/nonexistent/oci"}};
  work.write("plan.json", json::serialize(plan));
  make_ledger_of_real_cloud(work / "ledger");
  const auto result =
      work.run({"reconcile", "--config", "plan.json", "--cloud", "oci", "--ledger", "ledger"});
  INFO(result.err);
  CHECK(result.exit_code == 6);
}
