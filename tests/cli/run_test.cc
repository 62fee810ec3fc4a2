// Whole runs of the program on the simulated tenancy.
#include <sys/stat.h>

#include <boost/algorithm/hex.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <span>

#include "ledger/base/base64.h"
#include "ledger/base/sha256.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> run_command(std::vector<std::string> more = {}) {
  std::vector<std::string> command = {"run",      "--config", "plan.json",   "--cloud", "sim",
                                      "--ledger", "ledger",   "--sim-speed", "0"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// The position of the event of that kind in the migration's stream.
std::uint64_t position_of(const std::vector<json::object>& events, const std::string& migration,
                          std::string_view kind) {
  for (const auto& event : events_of_kind(events, kind))
    if (text_of(event, "migration") == migration) return number_of(event, "position");
  return 0;
}

// The most migrations that were under way at once.
int most_at_once(const std::vector<json::object>& events) {
  int now = 0, most = 0;
  for (const auto& event : events) {
    if (text_of(event, "kind") == "migrationStarted") most = std::max(most, ++now);
    if (text_of(event, "kind") == "ended") --now;
  }
  return most;
}

// Every file below `directory`, with its content.
std::vector<std::pair<std::string, std::string>> files_below(const fs::path& directory) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files.emplace_back(entry.path(), read_all(entry.path()));
  return files;
}

void require_private(const fs::path& path) {
  CAPTURE(path);
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 07777) == (S_ISDIR(status.st_mode) ? 0700 : 0600));
}

}  // namespace

TEST_CASE("A plan runs to its end, says so, and keeps all it wrote to itself") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(3)));
  const auto result = work.run(run_command());
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(contains(result.out, "simulated: nothing here happens in a real cloud"));
  CHECK(contains(result.out, "3 done, 0 failed"));
  CHECK(contains(result.out, "vm-02: us-ashburn-1 → sa-bogota-1, done"));
  CHECK_FALSE(contains(result.out, "\x1b"));  // not a terminal

  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  require_one_of_everything(work, "ledger.sim", 3);
  CHECK(events_of_kind(events, "sessionClosed").size() == 1);
  for (const char* made : {"ledger", "ledger.sim", "migration.log"}) require_private(work / made);
  for (const char* made : {"ledger", "ledger.sim"})
    for (const auto& entry : fs::recursive_directory_iterator(work / made))
      require_private(entry.path());

  SECTION("and again there is nothing to do") {
    CHECK(work.run(run_command()).exit_code == 0);
    require_one_of_everything(work, "ledger.sim", 3);
  }
}

TEST_CASE("With --json every line is an object, and what is shown is what is kept") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  const auto result = work.run(run_command({"--json"}));
  REQUIRE(result.exit_code == 0);
  auto shown = json_lines(result.out);
  REQUIRE(shown.size() > 50);
  CHECK(number_of(shown.back(), "exit_code") == 0);
  CHECK(number_of(shown.back(), "done") == 2);
  shown.pop_back();
  const auto events = history_of(work, "ledger");
  for (const auto& event : shown) {
    REQUIRE(event.at("simulated").as_bool());
    REQUIRE(event == events.at(number_of(event, "position") - 1));
  }
}

TEST_CASE("One waits for another that it depends on") {
  Workplace work;
  auto plan = simulated_plan(3);
  migration_at(plan, 0)["depends_on"] = {"vm-02", "vm-03"};
  migration_at(plan, 1)["depends_on"] = json::array{"vm-03"};
  work.write("plan.json", json::serialize(plan));
  REQUIRE(work.run(run_command()).exit_code == 0);
  const auto events = history_of(work, "ledger");
  CHECK(position_of(events, "vm-03", "ended") < position_of(events, "vm-02", "migrationStarted"));
  CHECK(position_of(events, "vm-02", "ended") < position_of(events, "vm-01", "migrationStarted"));
}

TEST_CASE("What --only names is run, and the rest later") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(3)));
  REQUIRE(work.run(run_command({"--only", "vm-02"})).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 1);
  CHECK(position_of(history_of(work, "ledger"), "vm-02", "ended") > 0);
  REQUIRE(work.run(run_command()).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 3);
}

TEST_CASE("No more migrations are under way than --parallel says") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(6)));
  const int parallel = GENERATE(1, 2, 6);
  const auto result = work.run(run_command({"--parallel", std::to_string(parallel)}));
  INFO(result.out);
  CHECK(result.exit_code == 0);
  CHECK(most_at_once(history_of(work, "ledger")) == parallel);
  require_one_of_everything(work, "ledger.sim", 6);
}

TEST_CASE("One that fails stops only what depends on it") {
  Workplace work;
  auto plan = simulated_plan(4);
  plan["parallel"] = 1;
  migration_at(plan, 3)["depends_on"] = json::array{"vm-01"};
  work.write("plan.json", json::serialize(plan));
  work.write("faults.json", R"({"scripted": [{"fault": "work_request_fails", "method": "POST",
      "path": "/20160918/images", "region": "us-ashburn-1", "call": 2, "times": 3}]})");
  const auto result = work.run(run_command({"--sim-faults", "faults.json"}));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, "2 done, 1 failed, 0 waiting for a person, 1 not started"));
  CHECK(contains(result.out, "export the image: what was made failed 3 times"));
  const auto events = history_of(work, "ledger");
  CHECK(position_of(events, "vm-03", "ended") > position_of(events, "vm-01", "ended"));
  CHECK(position_of(events, "vm-04", "migrationStarted") == 0);
}

TEST_CASE("A running source waits for approval before it is taken offline") {
  Workplace work;
  auto plan = simulated_plan(2);
  plan.at("defaults").as_object().erase("allow_source_downtime");
  work.write("plan.json", json::serialize(plan));
  for (int time = 1; time <= 2; ++time) {
    const auto result = work.run(run_command());
    CHECK(result.exit_code == 3);
    CHECK(contains(result.out, "RUNNING; OCI takes it offline"));
    CHECK(contains(result.out, "migledger approve vm-0"));
    CHECK(contains(result.out, "Commands about this ledger want --ledger ledger\n"));
    CHECK(contains(work.run({"status", "--ledger", "ledger"}).out,
                   "Commands about this ledger want --ledger ledger\n"));
  }
  CHECK(created_counts(work, "ledger.sim") == std::map<std::string, unsigned>{{"claim", 2}});
  CHECK(work.run(run_command({"--yes", "--only", "vm-01"})).exit_code == 0);
}

TEST_CASE("Without capacity the next availability domain is tried, in order") {
  Workplace work;
  auto plan = simulated_plan(1);
  migration_at(plan, 0)["further_ads"] = {"Uocm:SA-BOGOTA-1-AD-2", "Uocm:SA-BOGOTA-1-AD-3"};
  work.write("plan.json", json::serialize(plan));
  work.write("faults.json", R"({"out_of_capacity": [{"availability_domain":
      "Uocm:SA-BOGOTA-1-AD-1"}, {"availability_domain": "Uocm:SA-BOGOTA-1-AD-2"}]})");
  const auto result = work.run(run_command({"--sim-faults", "faults.json"}));
  INFO(result.out);
  REQUIRE(result.exit_code == 0);
  std::vector<std::string> domains;
  std::vector<std::uint64_t> generations;
  for (const auto& intent : events_of_kind(history_of(work, "ledger"), "intent")) {
    if (text_of(intent, "step") != "launch-instance") continue;
    const auto& body = intent.at("body").as_object();
    generations.push_back(number_of(body, "generation"));
    domains.push_back(
        text_of(json::parse(text_of(body.at("request").as_object(), "body")).as_object(),
                "availabilityDomain"));
  }
  CHECK(domains == std::vector<std::string>{"Uocm:SA-BOGOTA-1-AD-1", "Uocm:SA-BOGOTA-1-AD-2",
                                            "Uocm:SA-BOGOTA-1-AD-3"});
  CHECK(generations == std::vector<std::uint64_t>{1, 2, 3});
  require_one_of_everything(work, "ledger.sim", 1);
}

TEST_CASE("Credentials that are not accepted stop the run, and nothing is lost") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  work.write("faults.json", R"({"unauthorized_from_call": 30})");
  const auto result = work.run(run_command({"--sim-faults", "faults.json"}));
  CHECK(result.exit_code == 6);
  CHECK(contains(result.err, "does not accept the credentials"));
  CHECK(contains(result.err, "run again"));
  CHECK(work.run(run_command()).exit_code == 0);
  require_one_of_everything(work, "ledger.sim", 2);
}

TEST_CASE("Secrets reach neither ledger nor log nor screen") {
  Workplace work;
  const std::string user_data = "c2VjcmV0LXVzZXItZGF0YS1vZi1taW5l";
  auto plan = simulated_plan(2);
  auto& defaults = plan.at("defaults").as_object();
  defaults["transfer"] = "par";
  const std::string role = "the-role-of-this-machine";
  defaults["metadata"] = {{"user_data", user_data}, {"role", role}};
  std::vector<std::string> secrets;
  for (const auto& value : {user_data, role}) {
    const auto bytes = std::as_bytes(std::span(value));
    secrets.insert(secrets.end(), {value, boost::algorithm::hex(value), ledger::to_base64(bytes),
                                   ledger::to_hex(ledger::sha256(bytes))});
  }
  work.write("plan.json", json::serialize(plan));
  std::string shown;
  const std::regex par_url("/p/[^/(\\s]{1,200}/n/");
  const auto search = [&] {
    // While the log is still one of RocksDB's write-ahead log, nothing in it is compressed.
    const auto history = work.run({"history", "--ledger", "ledger", "--json"});
    REQUIRE(history.exit_code == 0);
    CHECK_FALSE(std::regex_search(history.out, par_url));
    auto files = files_below(work / "ledger");
    files.emplace_back("migration.log", read_all(work / "migration.log"));
    files.emplace_back("shown", shown);
    files.emplace_back("history", history.out);
    for (const auto& [name, content] : files) {
      CAPTURE(name);
      for (const auto& secret : secrets) CHECK_FALSE(contains(content, secret));
      for (auto at = content.find("/p/"); at != std::string::npos; at = content.find("/p/", at + 1))
        CHECK_FALSE(std::regex_search(content.substr(at, 300), par_url,
                                      std::regex_constants::match_continuous));
    }
  };
  // Killed once while it holds a URL, so that another must be made.
  auto command = run_command({"--json"});
  command[8] = "600";
  {
    const auto program = work.start(command);
    program->await_output(R"("step":"export-image","kind":"intent")");
    shown += program->kill().out;
  }
  search();
  const auto result = work.run(run_command({"--json"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  shown += result.out + result.err;
  search();
  const auto history = work.run({"history", "--ledger", "ledger", "--json"});
  CHECK(contains(history.out, "${secret:user_data:hmac:"));
  CHECK(contains(history.out, "${secret:role:hmac:"));
  CHECK(contains(history.out, "${secret:par:ref:"));
  const auto counts = created_counts(work, "ledger.sim");
  CHECK(counts.at("image") == 2);
  CHECK(counts.at("imported-image") == 2);
  CHECK(counts.at("instance") == 2);
  CHECK(counts.at("par") >= 4);
}

TEST_CASE("A ledger stays with the kind of cloud that it was made for") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));

  SECTION("of a rehearsal") {
    REQUIRE(work.run(run_command()).exit_code == 0);
    // An oci program that must never be called, and a login to find.
    work.write("oci", "#!/bin/sh\necho called >> called\n");
    fs::permissions(work / "oci", fs::perms::owner_all);
    work.write("key.pem", "key");
    work.write("oci.conf",
               "[DEFAULT]\nuser=ocid1.user.oc1..aaaa\nfingerprint=" +
                   std::string("20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34") +
                   "\ntenancy=ocid1.tenancy.oc1..aaaa\nregion=us-ashburn-1\nkey_file=key.pem\n");
    auto plan = simulated_plan(1);
    plan["oci"] = {{"program", (work / "oci").string()},
                   {"config_file", (work / "oci.conf").string()}};
    work.write("plan.json", json::serialize(plan));
    const auto result = work.run({"run", "--config", "plan.json", "--ledger", "ledger"});
    CHECK(result.exit_code == 4);
    CHECK(contains(result.err, "belongs to a simulated tenancy: give --cloud sim"));
    CHECK(contains(result.err, "--ledger"));
    CHECK_FALSE(fs::exists(work / "called"));
    const auto dry = work.run({"run", "--config", "plan.json", "--ledger", "ledger", "--dry-run"});
    CHECK(dry.exit_code == 4);
    CHECK(contains(dry.err, "belongs to a simulated tenancy: give --cloud sim"));
  }
  SECTION("of the real one") {
    make_ledger_of_real_cloud(work / "ledger");
    const auto result = work.run(run_command());
    CHECK(result.exit_code == 4);
    CHECK(contains(result.err, "belongs to the real cloud (oci), and --cloud sim is a rehearsal"));
    CHECK(history_of(work, "ledger").size() == 1);
    CHECK_FALSE(fs::exists(work / "ledger.sim"));
  }
}

TEST_CASE("A dry run sends nothing, keeps nothing, and begins where the ledger stands") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto dry = [&] {
    const auto result = work.run(run_command({"--dry-run"}));
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  };
  const auto whole = dry();
  for (const char* path :
       {"/20160918/images", "/actions/export", "/actions/copyObject", "/20160918/instances"})
    CHECK(contains(whole.out, path));
  CHECK(std::distance(fs::directory_iterator(work.path()), fs::directory_iterator()) == 1);

  {
    auto command = run_command({"--json"});
    command[8] = "2000";
    const auto program = work.start(command);
    program->await_output("\"step\":\"copy-object\",\"kind\":\"outcome\"");
    program->kill();
  }
  const auto before = files_below(work.path());
  const auto rest = dry();
  CHECK_FALSE(contains(rest.out, "/actions/export"));
  CHECK(contains(rest.out, "POST /20160918/instances"));
  CHECK(rest.lines().size() < whole.lines().size());
  CHECK(files_below(work.path()) == before);
}
