// What people get wrong, and what machines do: each ends with the right code, says what to do, and
// loses nothing.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> run_with(const std::string& config) {
  return {"run",      "--config", config,        "--cloud", "sim",
          "--ledger", "ledger",   "--sim-speed", "0",       "--json"};
}

// What was told on the standard error, as text or, with --json, as JSON.
std::string told(const std::string& err) {
  if (!err.starts_with('{')) return err;
  std::string told;
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);) {
    const auto object = json::parse(line).as_object();
    REQUIRE(object.contains("exit_code"));
    told += json::value_to<std::string>(object.at("error")) + "\n";
  }
  return told;
}

// Refused with `code`, in words that hold all of `words`, nothing on the standard output, no
// control character but line ends, and not longer than anybody reads.
void require_refused(const ProgramResult& result, int code, const std::vector<std::string>& words) {
  CAPTURE(result.err, result.out);
  REQUIRE(result.exit_code == code);
  for (const auto& word : words) REQUIRE(contains(told(result.err), word));
  REQUIRE(result.out.empty());
  REQUIRE(result.err.size() < 10000);
  for (const char c : result.err)
    if (static_cast<unsigned char>(c) < 0x20) REQUIRE(c == '\n');
}

template <typename Value>
std::string with(const std::string& key, const Value& value) {
  auto config = test::old_config();
  config[key] = json::value_from(value);
  return json::serialize(config);
}

}  // namespace

TEST_CASE("Arguments that make no sense") {
  Workplace work;
  require_refused(work.run({}), 2, {"subcommand is required", "--help"});
  require_refused(work.run({"migrate"}), 2, {"no command \"migrate\"", "--help"});
  require_refused(work.run({"\x1b[31m"}), 2, {"no command \"\\x1b[31m\""});
  require_refused(work.run({"run", "--frobnicate"}), 2, {"--frobnicate", "run --help"});
  require_refused(work.run({"run", "--\x1b[31m"}), 2, {"--\\x1b[31m"});
  require_refused(work.run({"run", "--parallel", "0"}), 2, {"--parallel", "0"});
  require_refused(work.run({"run", "--parallel", "many"}), 2, {"--parallel", "many"});
  require_refused(work.run({"run", "--workflow", "lift"}), 2, {"--workflow", "\"lift\""});
  require_refused(work.run({"history", "--format", "xml"}), 2, {"--format", "xml", "jsonl"});
  require_refused(work.run({"sim"}), 2, {"subcommand is required", "sim --help"});
  require_refused(work.run({"why"}), 2, {"WHAT is missing", "why --help"});
  require_refused(work.run({"report", "--html"}), 2, {"--html wants a value", "report --help"});
  require_refused(work.run({"run", "--dry-run", "--cloud", "aws"}), 2, {"--cloud", "aws", "sim"});
  require_refused(work.run({"run", "--sim-speed", "-1"}), 2, {"--sim-speed", "-1"});
  require_refused(work.run({"sim", "serve", "--state", "s", "--faults", "none.json"}), 2,
                  {"--faults none.json", "no such file"});
  CHECK(fs::is_empty(work.path()));
}

TEST_CASE("Numbers that are negative, none, or larger than any") {
  Workplace work;
  for (const char* number : {"-1", "-3", "+1", "1.5", "ten", "99999999999999999999999", "0x10"}) {
    CAPTURE(number);
    const std::string quoted = "\"" + std::string(number) + "\" is not a whole number from ";
    require_refused(work.run({"history", "--limit", number}), 2, {"--limit", quoted + "1 to "});
    require_refused(work.run({"history", "--limit=" + std::string(number)}), 2, {quoted});
    require_refused(work.run({"prove", number}), 2, {"position", quoted + "1 to "});
    require_refused(work.run({"prove", "--from", number}), 2, {"--from", quoted});
    require_refused(work.run({"prove", "--from", "1", "--to", number}), 2, {"--to", quoted});
    require_refused(work.run({"run", "--sim-seed", number}), 2, {"--sim-seed", quoted + "0 to "});
    require_refused(work.run({"simulate", "--seed", number}), 2, {"--seed", quoted});
    require_refused(work.run({"sim", "serve", "--state", "s", "--seed", number}), 2, {quoted});
  }
  require_refused(work.run({"history", "--limit", "0"}), 2, {"--limit", "from 1 to"});
  CHECK(fs::is_empty(work.path()));
}

TEST_CASE("Two forms of output at once") {
  Workplace work;
  require_refused(work.run({"history", "--json", "--format", "csv"}), 2,
                  {"--json: it is --format jsonl, and --format csv was given, too"});
  require_refused(work.run({"history", "--format", "table", "--json"}), 2, {"--format table"});
  // The same form twice is no contradiction; there is no ledger here.
  require_refused(work.run({"history", "--json", "--format", "jsonl"}), 2, {"migration.ledger"});
}

TEST_CASE("Help and the version are for the standard output") {
  Workplace work;
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"run", "--help"},
                                             {"history", "--help"},
                                             {"init", "--help"},
                                             {"check-config", "--help"},
                                             {"sim", "report", "--help"},
                                             {"--version"}}) {
    const auto result = work.run(command);
    CAPTURE(command);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(contains(result.out, command[0] == "--version" ? "migledger 0." : "--help"));
  }
}

TEST_CASE("A configuration that is not there or not readable") {
  Workplace work;
  require_refused(work.run(run_with("config.json")), 2,
                  {"config.json: there is no such file", "migledger init"});
  require_refused(work.run(run_with(".")), 2, {"is a directory"});
  require_refused(work.run(run_with(std::string(5000, 'x'))), 2, {"File name too long"});
  require_refused(work.run(run_with("\x1b[2J")), 2, {"\\x1b[2J: there is no such file"});
  CHECK_FALSE(fs::exists(work / "ledger"));
}

TEST_CASE("A configuration that is wrong is refused before anything is done") {
  struct Case {
    std::string content;
    std::vector<std::string> words;
  };
  const std::string escape = "\x1b[31m";
  const std::vector<Case> cases = {
      {"", {"bad.json:1:1: "}},
      {"{\"source_region\": \"us-ashburn-1\"", {"bad.json:1:33: ", "ends too early"}},
      {"[1, 2]", {"bad.json:1:1: ", "object"}},
      {"{\"source_region\": \"us-\xff\"}", {"bad.json:1:23: ", "0xff", "UTF-8"}},
      {with("source_region", 5), {"source_region: expected a region", "found 5"}},
      {with("source_instance_id", "ocid1.vnic.oc1.iad.x"),
       {"source_instance_id: expected the OCID of an instance", "ocid1.vnic.oc1.iad.x"}},
      {with("source_regin", "x"), {"source_regin: unknown key; did you mean \"source_region\"?"}},
      {with("new_image_name", escape), {"new_image_name: ", "\\x1b[31m"}},
      {with(escape, "x"), {"\\x1b[31m: unknown key"}},
      {with("new_image_name", std::string(1'000'000, 'n')), {"1 to 255 characters", "nnnn…"}},
      {with("name", std::string(1'000'000, 'n')), {"1 to 63 letters", "nnnn…"}},
      {with("target_region", "us-ashburn-1"), {"target_region: "}},
      {with("poll_interval_seconds", -1), {"poll_interval_seconds: ", "-1"}},
      {std::string(2000, '[') + std::string(2000, ']'), {"bad.json:1:"}},
  };
  Workplace work;
  for (const auto& [content, words] : cases) {
    CAPTURE(content.substr(0, 100));
    work.write("bad.json", content);
    require_refused(work.run(run_with("bad.json")), 2, words);
  }
  CHECK_FALSE(fs::exists(work / "ledger"));
  CHECK_FALSE(fs::exists(work / "ledger.sim"));
}

TEST_CASE("A configuration of 100 MB is not even read") {
  Workplace work;
  work.write("huge.json", "{}");
  fs::resize_file(work / "huge.json", 100'000'000);
  require_refused(work.run(run_with("huge.json")), 2, {"huge.json: larger than 16777216 bytes"});
}

TEST_CASE("A plan whose migrations cannot be told apart, or wait for each other") {
  Workplace work;
  auto plan = simulated_plan(3);
  migration_at(plan, 1)["name"] = "vm-01";
  work.write("plan.json", json::serialize(plan));
  require_refused(work.run(run_with("plan.json")), 2, {"plan.json:1:", "vm-01"});

  plan = simulated_plan(3);
  migration_at(plan, 0)["depends_on"] = json::array{"vm-02"};
  migration_at(plan, 1)["depends_on"] = json::array{"vm-01"};
  work.write("plan.json", json::serialize(plan));
  require_refused(work.run(run_with("plan.json")), 2, {"depends_on", "vm-01", "vm-02"});

  work.write("plan.json", json::serialize(simulated_plan(1)));
  auto only = run_with("plan.json");
  only.insert(only.end(), {"--only", "\x1b[1m"});
  require_refused(work.run(only), 2, {"no migration \"\\x1b[1m\""});
}

TEST_CASE("Faults that are not there or not known") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  auto command = run_with("plan.json");
  command.insert(command.end(), {"--sim-faults", "faults.json"});
  require_refused(work.run(command), 2, {"faults.json", "no such file"});
  work.write("faults.json", R"({"rates": {"thrown": 1}})");
  require_refused(work.run(command), 2, {"faults.json: rates.thrown", "throttled"});
}

TEST_CASE("A directory that is no ledger is left as it is") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  fs::create_directory(work / "ledger");
  work.write("ledger/photo.jpg", "mine");
  require_refused(work.run(run_with("plan.json")), 4,
                  {"ledger holds 'photo.jpg' and is not a ledger", "another directory"});
  require_refused(work.run({"history", "--ledger", "ledger"}), 4, {"is not a ledger"});
  CHECK(read_all(work / "ledger/photo.jpg") == "mine");
  CHECK_FALSE(fs::exists(work / "ledger.sim"));  // nor is anything left beside it
  CHECK(std::distance(fs::directory_iterator(work / "ledger"), fs::directory_iterator()) == 1);

  work.write("file", "mine");
  auto command = run_with("plan.json");
  command[6] = "file";
  require_refused(work.run(command), 4, {"file is not a directory"});
  require_refused(work.run({"history", "--ledger", "file"}), 4, {"file is not a directory"});
  CHECK(read_all(work / "file") == "mine");

  require_refused(work.run({"history", "--ledger", "none"}), 2,
                  {"there is no ledger in none; name another"});
  CHECK_FALSE(fs::exists(work / "none"));
  require_refused(work.run({"sim", "report", "--sim-state", "none"}), 2,
                  {"no simulated tenancy in none"});
}

TEST_CASE("A place where nothing can be written") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  auto command = run_with("plan.json");
  command[6] = "/proc/ledger";  // where nobody can make a directory, not even root
  require_refused(work.run(command), 4, {"/proc/ledger", "cannot create"});
  command[6] = "ledger";
  command.insert(command.end(), {"--log-file", "/proc/nothing/log"});
  require_refused(work.run(command), 2, {"/proc/nothing/log cannot be opened", "--log-file"});
}

TEST_CASE("A ledger that lost its end, or was changed, is refused") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_with("plan.json")).exit_code == 0);
  SECTION("its anchor is gone") {
    fs::remove(work / "ledger/anchor");
    require_refused(work.run(run_with("plan.json")), 4, {"ledger/anchor is missing", "copy"});
    require_refused(work.run({"history", "--ledger", "ledger"}), 4, {"anchor is missing"});
  }
  SECTION("its table is damaged") {
    for (const auto& entry : fs::directory_iterator(work / "ledger/events"))
      if (entry.path().extension() == ".sst") fs::resize_file(entry.path(), 100);
    const auto result = work.run(run_with("plan.json"));
    CHECK(result.exit_code == 4);
    CHECK(contains(result.err, "ledger"));
  }
  SECTION("it is of a newer format") {
    const std::string format = read_all(work / "ledger/FORMAT");
    const auto digit = format.find('1');
    REQUIRE(digit != std::string::npos);
    write_all(work / "ledger/FORMAT", std::string(format).replace(digit, 1, "9"));
    require_refused(work.run(run_with("plan.json")), 4, {"format", "9"});
    write_all(work / "ledger/FORMAT", format);
    CHECK(work.run(run_with("plan.json")).exit_code == 0);
  }
}

TEST_CASE("A disk that fills up stops the run, and nothing acknowledged is lost") {
  // No file may grow beyond so many bytes, as if the disk were full: at first nothing can be made,
  // later something can.
  const std::uint64_t largest = GENERATE(0, 20, 500, 4000, 20000, 60000);
  CAPTURE(largest);
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(5)));
  StartOptions full;
  full.largest_file = largest;
  const auto stopped = work.run(run_with("plan.json"), full);
  CAPTURE(stopped.err);
  CHECK(stopped.signal == 0);
  CHECK(stopped.exit_code == 4);
  // The message itself goes to a file, too.
  if (largest >= 500) CHECK(contains(stopped.err, "File too large"));

  const auto resumed = work.run(run_with("plan.json"));
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  const auto events = history_of(work, "ledger");
  require_sound_history(events);
  require_one_of_everything(work, "ledger.sim", 5);
  for (const auto& line : stopped.lines()) {
    const auto event = json::parse(line).as_object();
    if (!event.contains("position")) continue;
    REQUIRE(event.at("body") == events.at(number_of(event, "position") - 1).at("body"));
  }
}

TEST_CASE("A moment that is none") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_with("plan.json")).exit_code == 0);
  const auto history = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"history", "--ledger", "ledger"});
    return work.run(more);
  };
  require_refused(history({"--until", "soon"}), 2, {"--until", "\"soon\"", "neither a position"});
  require_refused(history({"--until", "2026-11-23T05:18:00"}), 2, {"has no zone", "\"Z\""});
  require_refused(history({"--until", "100000"}), 2, {"beyond the end", "its last event is #"});
  require_refused(history({"--until", "99999999999999999999999"}), 2, {"larger than any position"});
  require_refused(history({"--until", std::string("\x1b[1m")}), 2, {"\\x1b[1m"});
  require_refused(history({"--since", "9", "--until", "3"}), 2, {"--since 9 is after --until 3"});
  require_refused(history({"--type", "tpye"}), 2, {"--type", "\"tpye\"", "intent"});
  require_refused(history({"vm-1"}), 2, {"no migration \"vm-1\"", "did you mean \"vm-01\"?"});
  require_refused(history({"\x1b[1m"}), 2, {"\\x1b[1m"});

  const auto replay = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"replay", "--ledger", "ledger"});
    return work.run(more);
  };
  require_refused(replay({"--until", "soon"}), 2, {"--until", "\"soon\"", "neither a position"});
  require_refused(replay({"--until", "2026-11-23 05:18"}), 2, {"--until", "2026-11-23 05:18"});
  require_refused(replay({"--until", "100000"}), 2, {"beyond the end", "its last event is #"});
  require_refused(replay({"--until", "-1"}), 2, {"-1"});
  require_refused(replay({"vm-1", "--until", "3"}), 2, {"\"vm-1\"", "vm-01"});
  CHECK(replay({"--until", "0"}).exit_code == 0);
  const auto before = history({"--until", "2000-01-01T00:00:00Z"});
  CHECK(before.exit_code == 0);
}

TEST_CASE("Without the oci program a real run says where to get it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  StartOptions nothing_there;
  nothing_there.environment = {{"PATH", "/nothing/there"}};
  const auto result =
      work.run({"run", "--config", "plan.json", "--ledger", "ledger"}, nothing_there);
  require_refused(result, 6, {"cannot find the program \"oci\"", "pip install oci-cli"});
  CHECK_FALSE(fs::exists(work / "ledger"));

  auto plan = simulated_plan(1);
  plan["oci"] = {{"program", "./no-such-oci"}};
  work.write("plan.json", json::serialize(plan));
  require_refused(work.run({"run", "--config", "plan.json", "--ledger", "ledger"}), 6,
                  {"no-such-oci"});
}
