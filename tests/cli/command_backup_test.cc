// migledger backup and restore, as a program.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// What the failed work request says is kept as evidence.
constexpr char kOneError[] =
    R"({"scripted": [{"fault": "work_request_fails", "method": "POST", "path": "/20160918/images",
    "call": 1}]})";

std::vector<std::string> run_with(const std::string& ledger, const std::string& speed,
                                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"run",     "--config",    "plan.json", "--cloud",
                                        "sim",     "--ledger",    ledger,      "--sim-state",
                                        "tenancy", "--sim-speed", speed,       "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

json::object backup(Workplace& work, const std::string& directory) {
  const auto result = work.run({"backup", directory, "--ledger", "ledger", "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return json::parse(result.out).as_object();
}

json::object restore(Workplace& work, const std::string& from, const std::string& to) {
  const auto result =
      work.run({"restore", from, "--ledger", to, "--reason", "disk replaced", "--json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return json::parse(result.out).as_object();
}

// Names that begin so, in the working directory.
std::size_t left_over(const Workplace& work, const std::string& beginning) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(work.path()))
    count += entry.path().filename().string().starts_with(beginning);
  return count;
}

std::string line_of(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key + ": ")) return line.substr(key.size() + 2);
  return {};
}

json::array evidence_files(const fs::path& ledger) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(ledger / "evidence"))
    if (entry.is_regular_file()) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return json::value_from(names).as_array();
}

// A run killed while `step` is under way, with a backup of that moment, and another to its end.
void run_beyond_backup(Workplace& work, const std::string& step) {
  {
    const auto program = work.start(run_with("ledger", "1000"));
    program->await_output("\"step\":\"" + step + "\"");
    program->send(SIGSTOP);  // however slow the machine is, it gets no further
    backup(work, "kept");
  }
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
}

std::vector<json::object> restorings(const std::vector<json::object>& events) {
  return events_of_kind(events, "restored");
}

}  // namespace

TEST_CASE("backup: while a run writes, every copy is a whole ledger and a prefix of the original") {
  Workplace work;
  constexpr unsigned kMigrations = 40;
  work.write("plan.json", json::serialize(simulated_plan(kMigrations)));
  const auto program = work.start(run_with("ledger", "3000"));
  program->await_output("\"step\":\"create-image\"");
  std::vector<json::object> made;
  do {
    made.push_back(backup(work, "kept-" + std::to_string(made.size())));
  } while (made.size() < 200 && !program->ended_within(std::chrono::microseconds(0)));
  REQUIRE(program->finish().exit_code == 0);
  REQUIRE(made.size() >= 3);

  const auto original = history_of(work, "ledger");
  std::uint64_t last = 0;
  for (std::size_t n = 0; n < made.size(); ++n) {
    const std::string name = "kept-" + std::to_string(n);
    CAPTURE(name);
    const auto head = number_of(made[n], "head");
    // Later ones have what earlier ones had.
    CHECK(head >= last);
    last = head;
    // The anchor is that of its own head.
    CHECK(line_of(work / name / "anchor", "position") == std::to_string(head));
    CHECK(line_of(work / name / "anchor", "root") == text_of(made[n], "root"));
    if (n % 7 != 0) continue;
    const auto events = history_of(work, name);
    REQUIRE(events.size() == head);
    CHECK(std::equal(events.begin(), events.end(), original.begin()));
  }
  CHECK(left_over(work, "kept-0.") == 0);
}

TEST_CASE("backup: of a ledger at rest, all of it, evidence included") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  work.write("faults.json", kOneError);
  REQUIRE(work.run(run_with("ledger", "0", {"--sim-faults", "faults.json"})).exit_code == 0);
  const auto made = backup(work, "kept");
  CHECK(line_of(work / "ledger/anchor", "root") == text_of(made, "root"));
  CHECK(history_of(work, "kept") == history_of(work, "ledger"));
  CHECK(evidence_files(work / "kept") == evidence_files(work / "ledger"));
  CHECK(number_of(made, "evidence") == evidence_files(work / "ledger").size());
  CHECK(number_of(made, "evidence") > 0);
  for (const auto& entry : fs::recursive_directory_iterator(work / "kept")) {
    CAPTURE(entry.path());
    const auto expected = entry.is_directory() ? 0700 : 0600;
    CHECK(static_cast<int>(entry.status().permissions()) == expected);
    // It shares nothing with the original.
    if (entry.is_regular_file()) CHECK(entry.hard_link_count() == 1);
  }
}

TEST_CASE("backup: never over something, never of nothing") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto none = work.run({"backup", "kept", "--ledger", "ledger"});
  CHECK(none.exit_code == 2);
  CHECK(contains(none.err, "no ledger"));
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
  fs::create_directory(work / "kept");
  const auto over = work.run({"backup", "kept", "--ledger", "ledger"});
  CHECK(over.exit_code == 2);
  CHECK(contains(over.err, "there already"));
  CHECK(fs::is_empty(work / "kept"));
  const auto nowhere = work.run({"backup", "no/where", "--ledger", "ledger"});
  CHECK(nowhere.exit_code == 2);
  CHECK(contains(nowhere.err, "make it first"));
  CHECK(left_over(work, "kept.") == 0);
}

TEST_CASE("backup: a damaged event is refused and named, and nothing is left") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
  for (const auto& entry : fs::directory_iterator(work / "ledger/events")) {
    if (entry.path().extension() != ".sst") continue;
    std::string bytes = read_all(entry.path());
    bytes[bytes.size() / 4] = static_cast<char>(bytes[bytes.size() / 4] ^ 1);
    write_all(entry.path(), bytes);
  }
  const auto result = work.run({"backup", "kept", "--ledger", "ledger"});
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK(contains(result.err, "ledger/events"));
  CHECK_FALSE(contains(result.err, "unfinished"));
  CHECK(left_over(work, "kept") == 0);
}

TEST_CASE("backup: damaged evidence is left out, and said") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  work.write("faults.json", kOneError);
  REQUIRE(work.run(run_with("ledger", "0", {"--sim-faults", "faults.json"})).exit_code == 0);
  const auto files = evidence_files(work / "ledger");
  REQUIRE_FALSE(files.empty());
  const std::string name(files.front().as_string());
  write_all(work / ("ledger/evidence/" + name.substr(0, 2) + "/" + name), "otherwise");
  const auto result = work.run({"backup", "kept", "--ledger", "ledger", "--json"});
  CHECK(result.exit_code == 4);
  CHECK(contains(result.err, name));
  const auto made = json::parse(result.out).as_object();
  CHECK(number_of(made, "evidence") == files.size() - 1);
  CHECK(made.at("damaged_evidence").as_array().size() == 1);
  CHECK(history_of(work, "kept").size() == number_of(made, "head"));
}

TEST_CASE("backup: killed at any moment, there is all of it or nothing") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(2)));
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
  const auto original = history_of(work, "ledger");
  unsigned whole = 0, killed = 0;
  for (unsigned n = 0; n < 30; ++n) {
    const std::string name = "kept-" + std::to_string(n);
    CAPTURE(name);
    const auto program = work.start({"backup", name, "--ledger", "ledger"});
    program->ended_within(std::chrono::microseconds(2000 * n));
    killed += program->kill().signal != 0;
    if (!fs::exists(work / name)) continue;
    ++whole;
    CHECK(history_of(work, name) == original);
  }
  CHECK(killed > 0);
  // What was killed is in nobody's way.
  backup(work, "kept");
  CHECK(whole + killed >= 30);
}

TEST_CASE("restore: what happened after the backup is adopted, and nothing is made twice") {
  const std::string step = GENERATE("claim-source", "create-image", "export-image", "copy-object",
                                    "import-image", "launch-instance");
  CAPTURE(step);
  Workplace work;
  constexpr unsigned kMigrations = 4;
  work.write("plan.json", json::serialize(simulated_plan(kMigrations)));
  run_beyond_backup(work, step);
  const auto restored = restore(work, "kept", "again");
  const auto result = work.run(run_with("again", "0"));
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  require_one_of_everything(work, "tenancy", kMigrations);
  CHECK(contains(result.out, "\"orphaned\":"));

  const auto events = history_of(work, "again");
  require_sound_history(events);
  const auto said = restorings(events);
  REQUIRE(said.size() == 2);
  CHECK(number_of(said[0], "position") == number_of(restored, "restored"));
  const auto& body = said[0].at("body").as_object();
  CHECK(number_of(body, "position") == number_of(restored, "head"));
  CHECK(text_of(body, "root") == text_of(restored, "root"));
  CHECK(text_of(body, "reason") == "disk replaced");
  CHECK(text_of(body, "from") == (work / "kept").string());
  // Compared with the cloud before the executor's session began.
  CHECK(number_of(said[1], "cause") == number_of(said[0], "position"));
  const auto& found = said[1].at("body").as_object().at("reconciled").as_object();
  CHECK(found.at("settled").as_bool());
  CHECK(number_of(found, "orphaned") > 0);
  for (const auto& event : events) {
    const bool acts = text_of(event, "kind") == "intent" || text_of(event, "kind") == "probed";
    if (acts && number_of(event, "position") > number_of(said[0], "position"))
      CHECK(number_of(event, "position") > number_of(said[1], "position"));
  }
  // Once is enough.
  CHECK(work.run(run_with("again", "0")).exit_code == 0);
  CHECK(restorings(history_of(work, "again")).size() == 2);
}

TEST_CASE("restore: what is gone waits for a person, who may accept it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
  backup(work, "kept");
  REQUIRE(work.run({"cleanup", "vm-01", "--config", "plan.json", "--cloud", "sim", "--ledger",
                    "ledger", "--sim-state", "tenancy", "--sim-speed", "0", "--yes"})
              .exit_code == 0);
  restore(work, "kept", "again");
  const auto stopped = work.run(run_with("again", "0"));
  INFO(stopped.out << stopped.err);
  CHECK(stopped.exit_code == 3);
  CHECK(contains(stopped.out, "\"verdict\":\"missing\""));
  CHECK(contains(stopped.err, "--yes"));
  // It is asked for again each time, and undoing is no way around it.
  CHECK(work.run(run_with("again", "0")).exit_code == 3);
  CHECK(work.run({"cleanup", "vm-01", "--config", "plan.json", "--cloud", "sim", "--ledger",
                  "again", "--sim-state", "tenancy", "--sim-speed", "0", "--yes"})
            .exit_code == 3);
  CHECK(events_of_kind(history_of(work, "again"), "intent").size() ==
        events_of_kind(history_of(work, "kept"), "intent").size());
  CHECK(work.run(run_with("again", "0", {"--yes"})).exit_code == 0);
  CHECK(work.run(run_with("again", "0")).exit_code == 0);
  require_sound_history(history_of(work, "again"));
}

TEST_CASE("restore: of a rehearsal, it says how the next run finds the tenancy") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const std::vector<std::string> run = {"run",      "--config", "plan.json",   "--cloud", "sim",
                                        "--ledger", "ledger",   "--sim-speed", "0"};
  REQUIRE(work.run(run).exit_code == 0);
  backup(work, "kept");
  const auto restored = [&](const std::string& from, const std::string& to) {
    const auto result = work.run({"restore", from, "--ledger", to, "--reason", "x"});
    REQUIRE(result.exit_code == 0);
    return result.out;
  };
  CHECK(contains(restored("kept", "again"), "--ledger again --sim-state OLD.ledger.sim\n"));
  // It is beside what was restored, or where the run looks.
  CHECK(contains(restored("ledger", "other"), "--ledger other --sim-state ledger.sim\n"));
  fs::remove_all(work / "ledger");
  CHECK_FALSE(contains(restored("kept", "ledger"), "--sim-state"));
  CHECK(work.run(run).exit_code == 0);
  // As it said.
  fs::rename(work / "ledger.sim", work / "OLD.ledger.sim");
  CHECK(work.run({"run", "--config", "plan.json", "--cloud", "sim", "--ledger", "again",
                  "--sim-state", "OLD.ledger.sim", "--sim-speed", "0"})
            .exit_code == 0);
}

TEST_CASE("restore: nothing is done while the cloud cannot be seen") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  run_beyond_backup(work, "create-image");
  restore(work, "kept", "again");
  work.write("faults.json", R"({"unauthorized_from_call": 1})");
  const auto result = work.run(run_with("again", "0", {"--yes", "--sim-faults", "faults.json"}));
  INFO(result.out << result.err);
  CHECK(result.exit_code == 6);
  const auto events = history_of(work, "again");
  CHECK(events.back().at("body").as_object().at("exit_code").as_int64() == 6);
  CHECK(events_of_kind(events, "intent").size() ==
        events_of_kind(history_of(work, "kept"), "intent").size());
  CHECK(work.run(run_with("again", "0")).exit_code == 0);
  require_one_of_everything(work, "tenancy", 1);
}

TEST_CASE("restore: what of a bucket was copied and forgotten is found, and none is copied twice") {
  Workplace work;
  REQUIRE(work.run({"init", "-w", "storage-replication", "plan.json"}).exit_code == 0);
  {
    const auto program =
        work.start(run_with("ledger", "20", {"--yes=cutover", "--sim-objects", "30"}));
    program->await_output("bulkBegun");
    program->send(SIGSTOP);
    backup(work, "kept");
  }
  REQUIRE(work.run(run_with("ledger", "0", {"--yes=cutover"})).exit_code == 0);
  auto created = created_counts(work, "tenancy");
  restore(work, "kept", "again");
  // It goes on by itself, to where somebody must approve.
  const auto stopped = work.run(run_with("again", "0"));
  INFO(stopped.out << stopped.err);
  CHECK(stopped.exit_code == 3);
  CHECK(contains(stopped.out, "\"verdict\":\"orphaned\""));
  CHECK(contains(stopped.out, "Stop everything that writes to it"));
  const auto found = restorings(history_of(work, "again"));
  REQUIRE(found.size() == 2);
  CHECK(found[1].at("body").as_object().at("reconciled").as_object().at("settled").as_bool());
  const auto done = work.run(run_with("again", "0", {"--yes"}));
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  // The policy had been ended when its work was done, so this one begins another.
  ++created["replication-policy"];
  CHECK(created_counts(work, "tenancy") == created);
  require_sound_history(history_of(work, "again"));
}

TEST_CASE("restore: from a ledger that is being written to, with a warning") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto program = work.start(run_with("ledger", "50"));
  program->await_output("\"step\":\"create-image\"");
  const auto result = work.run({"restore", "ledger", "--ledger", "again", "--reason", "x"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "is writing to ledger"));
  CHECK(restorings(history_of(work, "again")).size() == 1);
}

TEST_CASE("restore: never over a ledger, and only from one") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_with("ledger", "0")).exit_code == 0);
  const auto over = work.run({"restore", "ledger", "--ledger", "ledger", "--reason", "x"});
  CHECK(over.exit_code == 2);
  CHECK(contains(over.err, "there already"));
  const auto none = work.run({"restore", "nothing", "--ledger", "again", "--reason", "x"});
  CHECK(none.exit_code == 2);
  CHECK_FALSE(fs::exists(work / "again"));
  CHECK(work.run({"restore", "ledger", "--ledger", "again"}).exit_code == 2);
  CHECK(left_over(work, "again") == 0);
}

TEST_CASE("restore: history reads aloud where the ledger came from and what was found") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  run_beyond_backup(work, "create-image");
  restore(work, "kept", "again");
  REQUIRE(work.run(run_with("again", "0")).exit_code == 0);
  const auto told = work.run({"history", "--ledger", "again", "--type", "restored"});
  INFO(told.out);
  CHECK(contains(told.out, "restored from "));
  CHECK(contains(told.out, "disk replaced"));
  CHECK(contains(told.out, "compared with the cloud since #"));
  CHECK(contains(told.out, "runs may go on"));
  const auto fleet = work.run({"status", "--ledger", "again", "--json"});
  CHECK(fleet.exit_code == 0);
  CHECK_FALSE(contains(fleet.out, "does not know"));
}
