// What a person is told when something stands in the way: why, and what can be done.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
using Catch::Contains;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

using Arguments = std::vector<std::string>;

Arguments run_of(const std::string& plan, const Arguments& more = {}) {
  Arguments all = {"run",      "--config", plan,          "--cloud", "sim",
                   "--ledger", "ledger",   "--sim-speed", "0"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Two migrations, the second after the first, whose exports all fail.
void fail_first_of_two(Workplace& work) {
  auto plan = simulated_plan(2);
  plan["retry"] = json::object{{"max_generations", 1}};
  migration_at(plan, 1)["depends_on"] = json::array{"vm-01"};
  work.write("plan.json", json::serialize(plan));
  work.write("faults.json",
             R"({"scripted": [{"fault": "work_request_fails", "method": "POST",
                 "path": "/20160918/images/", "call": 1, "times": 99}]})");
}

}  // namespace

TEST_CASE(
    "A migration that failed comes with what can be done, and so does one that waits for it") {
  Workplace work;
  fail_first_of_two(work);
  const auto run = work.run(run_of("plan.json", {"--sim-faults", "faults.json"}));
  CHECK(run.exit_code == 1);
  const std::string waits = "vm-02 was not started: it waits for vm-01, which failed";
  CHECK_THAT(run.out, Contains(waits));
  for (const Arguments& ask : {Arguments{"status"}, {"why", "vm-01"}}) {
    Arguments all = ask;
    all.insert(all.end(), {"--ledger", "ledger"});
    const auto said = work.run(all);
    CAPTURE(said.out);
    CHECK(said.exit_code == 0);
    for (const auto* way : {"migledger retry vm-01 ", "migledger adopt vm-01 STEP OCID ",
                            "migledger rollback vm-01 --reason WHY "})
      CHECK_THAT(said.out, Contains(way));
  }
  CHECK_THAT(run.out, Contains("migledger retry vm-01 "));
  CHECK_THAT(work.run({"status", "--ledger", "ledger"}).out, Contains(waits));
  CHECK_THAT(work.run({"report", "--md", "--ledger", "ledger"}).out, Contains("migledger retry"));
  const auto why = work.run({"why", "vm-02", "--ledger", "ledger"});
  CHECK(why.exit_code == 2);
  CHECK_THAT(why.err, Contains(waits));

  auto again = run_of("plan.json", {"--json"});
  const auto result = json_lines(work.run(again).out).back();
  const auto& unstarted = result.at("unstarted").as_array();
  REQUIRE(unstarted.size() == 1);
  CHECK(unstarted[0].at("name") == "vm-02");
  CHECK(unstarted[0].at("why") == "it waits for vm-01, which failed");

  // The advice is good: mended, and asked to retry, both get done.
  REQUIRE(work.run({"retry", "vm-01", "--ledger", "ledger"}).exit_code == 0);
  auto plan = simulated_plan(2);
  migration_at(plan, 1)["depends_on"] = json::array{"vm-01"};
  work.write("plan.json", json::serialize(plan));
  CHECK(work.run(run_of("plan.json", {"--accept-plan-change"})).exit_code == 0);
}

TEST_CASE("One that was cancelled is named as the reason, too") {
  Workplace work;
  fail_first_of_two(work);
  work.run(run_of("plan.json", {"--sim-faults", "faults.json"}));
  REQUIRE(work.run({"retry", "vm-01", "--ledger", "ledger"}).exit_code == 0);
  REQUIRE(work.run({"cancel", "vm-01", "--ledger", "ledger"}).exit_code == 0);
  const auto run = work.run(run_of("plan.json"));
  CHECK_THAT(run.out, Contains("vm-02 was not started: it waits for vm-01, which was cancelled"));
}

TEST_CASE("A ledger of the other kind of cloud is refused before anything is asked or made") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_of("plan.json")).exit_code == 0);
  for (const std::string command : {"run", "doctor", "reconcile"}) {
    const auto refused = work.run({command, "--config", "plan.json", "--ledger", "ledger"});
    CAPTURE(command, refused.err);
    CHECK(refused.exit_code == 4);
    CHECK_THAT(refused.err, Contains("ledger belongs to a simulated tenancy: give --cloud sim"));
    CHECK(refused.err.find("oci") == std::string::npos);
  }
}

TEST_CASE("doctor leaves nothing behind, and sees the tenancy that there is") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const Arguments doctor = {"doctor", "--config", "plan.json", "--cloud",
                            "sim",    "--ledger", "ledger"};
  const auto before = work.run(doctor);
  CHECK(before.exit_code == 0);
  CHECK_FALSE(fs::exists(work / "ledger.sim"));
  CHECK_THAT(before.out, Contains("it will be created"));
  // Stopped while the image is made.
  {
    const auto program = work.start({"run", "--config", "plan.json", "--cloud", "sim", "--ledger",
                                     "ledger", "--sim-speed", "100", "--json"});
    program->await_output("\"step\":\"await-image\"");
    program->kill();
  }
  const auto half_way = work.run(doctor);
  CAPTURE(half_way.out, half_way.err);
  CHECK(half_way.exit_code == 0);
  CHECK_THAT(half_way.out, Contains("source instance of vm-01: CREATING_IMAGE; it is being moved"));
}

TEST_CASE("What the file says otherwise of a migration that is done is named, and nothing more") {
  Workplace work;
  auto plan = simulated_plan(2);
  work.write("plan.json", json::serialize(plan));
  REQUIRE(work.run(run_of("plan.json")).exit_code == 0);
  const auto events = history_of(work, "ledger").size();
  migration_at(plan, 1)["target_instance_shape"] = "VM.Standard.E5.Flex";
  work.write("plan.json", json::serialize(plan));
  const auto result = work.run(run_of("plan.json"));
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err,
             Contains("vm-02 is done; what the file now says otherwise changes nothing: "
                      "target_instance_shape"));
  CHECK(result.err.find("vm-01") == std::string::npos);
  // Only a session.
  CHECK(history_of(work, "ledger").size() == events + 2);
}

TEST_CASE("A restored ledger of a simulated tenancy says in its next run that it is one") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_of("plan.json")).exit_code == 0);
  const auto backup = work.run({"backup", "kept", "--ledger", "ledger"});
  CHECK_THAT(backup.out, Catch::StartsWith("simulated"));
  fs::remove_all(work / "ledger");
  REQUIRE(work.run({"restore", "kept", "--ledger", "ledger", "--reason", "x"}).exit_code == 0);
  const auto run = work.run(run_of("plan.json"));
  CHECK_THAT(run.out, Catch::StartsWith("simulated: nothing here happens in a real cloud\n"));
  CHECK_THAT(run.out, Contains("restored from a copy"));
  // And a report shows what happened to the ledger.
  const auto report = work.run({"report", "--md", "--ledger", "ledger"});
  CHECK_THAT(report.out, Contains("### The ledger itself") && Contains("restored from") &&
                             Contains("compared with the cloud"));
}

TEST_CASE("Why a bucket: the request that made it, or the first about it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_of("plan.json")).exit_code == 0);
  std::string name_space, bucket;
  for (const auto& event : history_of(work, "ledger")) {
    if (text_of(event, "kind") != "intent" || text_of(event, "step") != "create-bucket") continue;
    const auto& request = event.at("body").at("request").as_object();
    const std::string path = text_of(request, "path");
    name_space = path.substr(3, path.size() - 5);
    bucket = json::parse(text_of(request, "body")).at("name").as_string();
  }
  REQUIRE_FALSE(bucket.empty());
  for (const auto& asked : {bucket, name_space + "/" + bucket}) {
    const auto why = work.run({"why", asked, "--ledger", "ledger"});
    CAPTURE(asked, why.out, why.err);
    CHECK(why.exit_code == 0);
    CHECK_THAT(why.out, Contains("why " + bucket + ", of vm-01\n") && Contains("sending POST"));
  }
  CHECK(work.run({"why", "elsewhere/" + bucket, "--ledger", "ledger"}).exit_code == 2);
  // A run that finds the bucket there makes none.
  REQUIRE(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "second",
                    "--sim-state", "second.sim", "--sim-speed", "0", "--dry-run"})
              .exit_code == 0);
  const auto early = work.run({"why", bucket, "--ledger", "ledger", "--until", "15"});
  CAPTURE(early.out, early.err);
  CHECK(early.exit_code == 0);
  CHECK_THAT(early.out, Contains("which nothing here made"));
}

TEST_CASE("On a terminal the last table of a run shows how it ended") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  const std::string run = "stty cols 70; exec " + migledger_program() +
                          " run --config plan.json --cloud sim --ledger ledger --sim-speed 0";
  RunningProgram program({"/usr/bin/script", "-qec", run, "/dev/null"}, work.path(),
                         work / "terminal", {{{"TERM", "xterm"}}, {}});
  const auto shown = program.finish();
  CHECK(shown.exit_code == 0);
  // Each table is drawn over the one before.
  const std::string last = shown.out.substr(shown.out.rfind("\x1b[J"));
  CAPTURE(last);
  CHECK_THAT(last, Contains("2 done, 0 waiting for a person, 0 failed"));
  CHECK_THAT(last, Contains("vm-01") && Contains("vm-02"));
}

TEST_CASE("A terminal that cannot move its cursor, or is not known to, is sent lines only") {
  for (const char* name : {"dumb", ""}) {
    Workplace work;
    work.write("plan.json", json::serialize(simulated_plan(1)));
    const std::string run = "exec " + migledger_program() +
                            " run --config plan.json --cloud sim --ledger ledger --sim-speed 0";
    RunningProgram program({"/usr/bin/script", "-qec", run, "/dev/null"}, work.path(),
                           work / "terminal", {{{"TERM", name}}, {}});
    const auto shown = program.finish();
    CAPTURE(name, shown.out);
    CHECK(shown.exit_code == 0);
    CHECK_THAT(shown.out, !Contains("\x1b") && Contains("create-image"));
  }
}

TEST_CASE("export --tlog says what the opening found, as other commands do") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run({"keygen", "key"}).exit_code == 0);
  // Killed, so that its log is still there to be torn.
  {
    const auto program = work.start({"run", "--config", "plan.json", "--cloud", "sim", "--ledger",
                                     "ledger", "--sim-speed", "100", "--json"});
    program->await_output("\"step\":\"await-image\"");
    program->kill();
  }
  REQUIRE(work.run({"checkpoint", "--key", "key", "--ledger", "ledger"}).exit_code == 0);
  for (const auto& entry : fs::directory_iterator(work / "ledger/events"))
    if (entry.path().extension() == ".log") write_all(entry.path(), read_all(entry.path()) + "xyz");
  const auto history = work.run({"history", "--ledger", "ledger", "--count"});
  REQUIRE_FALSE(history.err.empty());
  const auto exported = work.run({"export", "--tlog", "log", "--ledger", "ledger"});
  CHECK(exported.exit_code == 0);
  CHECK(exported.err == history.err);
}
