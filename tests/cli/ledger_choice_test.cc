// Which ledger a command is about: one name for one ledger, and found alike by every command.
#include "cli/session/ledger_choice.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "tests/adapters/scratch.h"
#include "tests/support/paths.h"
#include "tests/support/simulated_plan.h"

using namespace migledger;
using namespace migledger::testing;
using Catch::Contains;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> run_at(const std::string& ledger) {
  return {"run", "--config", "plan.json", "--cloud", "sim", "--ledger", ledger, "--sim-speed", "0"};
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

}  // namespace

TEST_CASE("A ledger has one name, however it is typed") {
  const adapters::Scratch scratch;
  const std::string root = fs::canonical(scratch.path(""));
  fs::create_directories(root + "/real/K");
  fs::create_directory_symlink(root + "/real/K", root + "/link");
  fs::create_directory_symlink("link", root + "/link-to-link");
  fs::create_directory_symlink(root + "/real", root + "/parent");
  const std::string real = root + "/real/K";
  for (const std::string& typed :
       {real, real + "/", real + "//", real + "/.", real + "/./", root + "/link", root + "/link/",
        root + "/link-to-link", root + "/parent/K", root + "/real/../real/K",
        root + "/parent/../real/K", root + "//real///K"}) {
    CAPTURE(typed);
    CHECK(cli::one_name(typed) == real);
  }
  // One that is not there yet, under a directory that is.
  for (const std::string& typed : {root + "/real/new", root + "/real/new/", root + "/parent/new/."})
    CHECK(cli::one_name(typed) == root + "/real/new");
  // Names are shown as they were typed where nothing is hidden in them.
  CHECK(cli::one_name("migration.ledger") == "migration.ledger");
  CHECK(cli::one_name("migration.ledger/") == "migration.ledger");
  CHECK(cli::one_name("/") == "/");
  CHECK(cli::one_name("") == "");
}

TEST_CASE("A run of a ledger by another of its names finds what lies beside it") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  REQUIRE(work.run(run_at("ledger")).exit_code == 0);
  fs::create_directory_symlink("ledger", work / "link");
  for (const char* name : {"ledger/", "ledger/.", "./ledger//", "link", "link/"}) {
    CAPTURE(name);
    const auto again = work.run(run_at(name));
    CAPTURE(again.err);
    CHECK(again.exit_code == 0);
    CHECK(names_in(work / "ledger").count(".sim") == 0);
  }
  CHECK_FALSE(fs::exists(work / "link.sim"));
  require_one_of_everything(work, "ledger.sim", 1);
}

TEST_CASE("A new ledger, backup, restored ledger, import or fork may be named with a slash") {
  Workplace work;
  work.write("plan.json", json::serialize(simulated_plan(1)));
  const auto made = work.run(run_at("new/"));
  CAPTURE(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(fs::exists(work / "new.sim"));
  CHECK(names_in(work / "new").count(".sim") == 0);
  REQUIRE(work.run({"export", "--ledger", "new/", "--jsonl", "new.jsonl"}).exit_code == 0);
  CHECK(work.run({"backup", "kept/", "--ledger", "new/"}).exit_code == 0);
  CHECK(work.run({"restore", "kept/", "--ledger", "back/", "--reason", "x"}).exit_code == 0);
  CHECK(work.run({"import", "--jsonl", "new.jsonl", "--ledger", "copy/"}).exit_code == 0);
  CHECK(work.run({"replay", "--fork", "9", "--from", "new/", "--cloud", "sim", "--ledger", "try/"})
            .exit_code == 0);
  CHECK(names_in(work.path()) == std::set<std::string>{"plan.json", "migration.log", "new",
                                                       "new.sim", "new.jsonl", "kept", "back",
                                                       "copy", "try", "try.sim"});
}

TEST_CASE("The lock of the children of earlier runs is the same by every name of the ledger") {
  Workplace work;
  // It cannot log in, so each run ends at once.
  work.write("oci", "#!/bin/sh\necho 'ERROR: Could not find config file at /x'\nexit 1\n");
  fs::permissions(work / "oci", fs::perms::owner_all);
  fs::create_directories(work / "home/.oci");
  work.write("home/.oci/config",
             "[DEFAULT]\nuser=U\ntenancy=T\nfingerprint=F\nkey_file=/k.pem\nregion=R\n");
  auto plan = simulated_plan(1);
  plan["oci"] = json::object{{"program", (work / "oci").string()}};
  work.write("plan.json", json::serialize(plan));
  StartOptions options;
  options.environment["HOME"] = (work / "home").string();
  for (const char* name : {"ledger", "ledger/", "link", "link/"}) {
    CAPTURE(name);
    const auto run = work.run({"run", "--config", "plan.json", "--ledger", name}, options);
    CAPTURE(run.err);
    CHECK(run.exit_code == 6);
    if (!fs::exists(work / "link")) fs::create_directory_symlink("ledger", work / "link");
  }
  CHECK(fs::exists(work / "ledger.children"));
  CHECK_FALSE(fs::exists(work / "link.children"));
  CHECK(names_in(work / "ledger").count(".children") == 0);
}

TEST_CASE("Every command finds the ledger that run finds") {
  Workplace work;
  auto plan = simulated_plan(1);
  plan["ledger_path"] = "team.ledger";
  work.write("config.json", json::serialize(plan));
  REQUIRE(work.run({"run", "--cloud", "sim", "--sim-speed", "0"}).exit_code == 0);
  CHECK(fs::exists(work / "team.ledger"));
  const std::vector<std::vector<std::string>> commands = {
      {"status"},           {"history", "--count"},
      {"replay"},           {"why", "vm-01"},
      {"verify"},           {"report"},
      {"sim", "report"},    {"backup", "kept"},
      {"note", "a remark"}, {"export", "--jsonl", "lines"}};
  for (const auto& command : commands) {
    CAPTURE(command);
    const auto result = work.run(command);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
  }
  // Another file in another place, and --ledger before both.
  plan["ledger_path"] = "other.ledger";
  work.write("other.json", json::serialize(plan));
  const auto other = work.run({"status", "-c", "other.json"});
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.err, Contains("there is no ledger in other.ledger"));
  CHECK(work.run({"status", "-c", "other.json", "--ledger", "team.ledger"}).exit_code == 0);
}

TEST_CASE("A configuration that cannot be read leaves no ledger to be guessed") {
  Workplace work;
  work.write("config.json", "{\"ledger_path\": \"team.ledger\",}\n");
  const auto broken = work.run({"status"});
  CHECK(broken.exit_code == 2);
  CHECK_THAT(broken.err, Contains("config.json:1:31"));
  CHECK_THAT(broken.err, Contains("name the ledger with --ledger"));
  work.write("config.json", "{\"ledger_path\": 7}\n");
  CHECK_THAT(work.run({"status"}).err,
             Contains("config.json:1:17: ledger_path: expected the path"));
  CHECK_THAT(work.run({"status", "-c", "none.json"}).err, Contains("none.json: there is no such"));
  // What else is wrong with it does not matter here.
  work.write("config.json", "{\"ledger_path\": \"team.ledger\", \"parallel\": -3}\n");
  CHECK_THAT(work.run({"status"}).err, Contains("there is no ledger in team.ledger"));
  work.write("config.json", "{}");
  CHECK_THAT(work.run({"status"}).err, Contains("there is no ledger in migration.ledger"));
}

TEST_CASE("The option that names a ledger is left out where none is needed") {
  CHECK(cli::ledger_argument("migration.ledger") == "");
  CHECK(cli::ledger_argument("other.ledger") == " --ledger other.ledger");
  CHECK(cli::ledger_argument("my ledger's") == " --ledger 'my ledger'\\''s'");
  CHECK(cli::note_of_ledger("migration.ledger") == "");
  CHECK(cli::note_of_ledger("other.ledger") ==
        "Commands about this ledger want --ledger other.ledger\n");
}
