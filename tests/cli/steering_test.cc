// Steering with the real program: between runs, and from a second process while a run is going.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;

namespace {

std::vector<std::string> run_at(std::string speed, std::vector<std::string> more = {}) {
  std::vector<std::string> command = {"run",      "--config", "plan.json",   "--cloud",       "sim",
                                      "--ledger", "ledger",   "--sim-speed", std::move(speed)};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

ProgramResult steer(Workplace& work, std::vector<std::string> command) {
  command.insert(command.end(), {"--ledger", "ledger"});
  return work.run(command);
}

json::value status_of(Workplace& work) {
  return json::parse(work.run({"status", "--ledger", "ledger", "--json"}).out);
}

std::string standing(Workplace& work, std::size_t migration) {
  return std::string(status_of(work).at("migrations").at(migration).at("standing").as_string());
}

std::vector<std::string> undo(std::string verb, std::vector<std::string> more = {}) {
  std::vector<std::string> command = {std::move(verb), "vm-01", "--config", "plan.json",
                                      "--cloud",       "sim",   "--ledger", "ledger",
                                      "--sim-speed",   "0"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// A plan of so many, the first of which waits for approval.
void write_plan_that_asks(Workplace& work, unsigned count = 1) {
  auto plan = simulated_plan(count);
  migration_at(plan, 0)["allow_source_downtime"] = false;
  work.write("plan.json", json::serialize(plan));
}

}  // namespace

TEST_CASE("Paused from a second terminal, a run stops there, and goes on when resumed") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  const auto run = work.start(run_at("600"));
  run->await_output("create-image");
  const auto paused = steer(work, {"pause", "vm-01", "--reason", "change window"});
  INFO(paused.err);
  CHECK(paused.exit_code == 0);
  CHECK(contains(paused.out, "vm-01, pause: nothing new is begun until migledger resume"));
  const auto result = run->finish();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.out, "1 done, 0 failed, 1 waiting for a person"));
  CHECK(standing(work, 0) == "paused");
  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  const auto asked = events_of_kind(events, "steered");
  REQUIRE(asked.size() == 1);
  CHECK(text_of(asked[0].at("body").as_object(), "reason") == "change window");

  CHECK(steer(work, {"resume", "vm-01"}).exit_code == 0);
  CHECK(work.run(run_at("0")).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 2);
}

TEST_CASE("Approval from a second terminal lets a migration go on in the run that is going") {
  Workplace work;
  write_plan_that_asks(work, 2);
  const auto run = work.start(run_at("600"));
  run->await_output("waits for approval");
  const auto approved = steer(work, {"approve", "--all", "--reason", "after the backup"});
  INFO(approved.err);
  CHECK(approved.exit_code == 0);
  const auto result = run->finish();
  CHECK(result.exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 2);
}

TEST_CASE("Approval between runs is a stop with its own exit code, and then none") {
  Workplace work;
  write_plan_that_asks(work);
  CHECK(work.run(run_at("0")).exit_code == 3);
  CHECK(steer(work, {"approve", "vm-01"}).exit_code == 0);
  const auto again = steer(work, {"approve", "vm-01"});
  CHECK(again.exit_code == 2);
  CHECK(contains(again.err, "vm-01: cannot approve: it is going on, not waiting for approval"));
  CHECK(work.run(run_at("0")).exit_code == 0);
}

TEST_CASE("What is refused leaves no trace in the ledger") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_at("0")).exit_code == 0);
  const auto before = history_of(work, "ledger").size();
  CHECK(steer(work, {"approve", "vm-01"}).exit_code == 2);
  CHECK(steer(work, {"pause", "vm-01"}).exit_code == 2);
  CHECK(steer(work, {"resume"}).exit_code == 2);
  CHECK(steer(work, {"cancel", "vm-09"}).exit_code == 2);
  CHECK(steer(work, {"approve", "--all"}).exit_code == 2);
  CHECK(work.run(undo("cleanup")).exit_code == 3);
  CHECK(work.run(undo("rollback")).exit_code == 2);  // without a reason
  CHECK(history_of(work, "ledger").size() == before);
  const auto nowhere = work.run({"pause", "--ledger", "nowhere"});
  CHECK(nowhere.exit_code == 2);
}

TEST_CASE("A person is answered when the run that should have done so is killed") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto run = work.start(run_at("60"));
  run->await_output("create-image");
  run->send(SIGSTOP);
  const auto pause = work.start({"pause", "vm-01", "--ledger", "ledger"});
  // It waits for the run, which cannot answer, and then is gone.
  CHECK_FALSE(pause->ended_within(std::chrono::milliseconds(300)));
  run->kill();
  CHECK(pause->finish().exit_code == 0);
  CHECK(standing(work, 0) == "paused");
  CHECK(steer(work, {"resume", "vm-01"}).exit_code == 0);
  CHECK(work.run(run_at("0")).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 1);
}

TEST_CASE("Cleaned up, then rolled back, with lists of what goes") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_at("0")).exit_code == 0);
  const auto list = work.run(undo("cleanup"));
  CHECK(list.exit_code == 3);
  CHECK(contains(list.out, "remove the source's image: ocid1.image."));
  CHECK(contains(list.out, "Nothing was removed: add --yes."));
  CHECK(work.run(undo("cleanup", {"--yes"})).exit_code == 0);
  const auto before = history_of(work, "ledger").size();
  const auto listed = work.run(undo("rollback", {"--reason", "wrong subnet"}));
  CHECK(listed.exit_code == 3);
  CHECK(contains(listed.out, "remove the new instance: ocid1.instance."));
  CHECK(contains(listed.out, "what was written since to what it made is lost with it"));
  CHECK(contains(listed.out, "Nothing was removed: add --yes."));
  CHECK(history_of(work, "ledger").size() == before);
  CHECK(work.run(undo("rollback", {"--reason", "x", "--yes=downtime"})).exit_code == 3);
  const auto rolled = work.run(undo("rollback", {"--reason", "wrong subnet", "--yes"}));
  INFO(rolled.out << rolled.err);
  CHECK(rolled.exit_code == 0);
  CHECK(contains(rolled.out, "rolled-back"));
  CHECK(standing(work, 0) == "rolled-back");
  require_sound_history(history_of(work, "ledger"));
  const auto again = work.run(undo("rollback", {"--reason", "again"}));
  CHECK(again.exit_code == 2);
  CHECK(contains(again.err, "it is rolled back"));
  CHECK(again.out.empty());  // no list of what will not go
}

TEST_CASE(
    "Adopted: a migration, a step and an OCID, as the help shows it, and is looked at first") {
  Workplace work;
  write_plan_that_asks(work);
  REQUIRE(work.run(run_at("0")).exit_code == 3);
  REQUIRE(steer(work, {"approve", "vm-01"}).exit_code == 0);
  REQUIRE(steer(work, {"pause", "vm-01", "--step", "create-image"}).exit_code == 0);
  REQUIRE(work.run(run_at("0")).exit_code == 3);

  CHECK(steer(work, {"adopt", "vm-01", "create-image", "ocid1.image.oc1.iad.none"}).exit_code == 2);
  const auto adopted = steer(
      work, {"adopt", "vm-01", "create-image", "ocid1.image.oc1.iad.none", "--reason", "by hand"});
  INFO(adopted.out << adopted.err);
  CHECK(adopted.exit_code == 0);
  CHECK(contains(adopted.out, "vm-01, adopt: it is looked at"));
  const auto asked = events_of_kind(history_of(work, "ledger"), "steered").back();
  CHECK(text_of(asked, "step") == "create-image");
  CHECK(text_of(asked.at("body").as_object(), "resource") == "ocid1.image.oc1.iad.none");

  // There is no such image, so nothing is taken, and nothing else is made.
  REQUIRE(steer(work, {"resume", "vm-01"}).exit_code == 0);
  const auto looked = work.run(run_at("0"));
  CHECK(looked.exit_code == 3);
  CHECK(contains(looked.out, "ocid1.image.oc1.iad.none"));
  CHECK(created_counts(work, "ledger.sim").count("image") == 0);
}
