#include "adapters/config/config.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "tests/support/sample_config.h"
#include "tests/support/temp_directory.h"

using namespace migledger;
using namespace migledger::adapters;
namespace json = boost::json;
using test::old_config;
using test::plan_of_two;

namespace {

std::string no_files(const std::string&, std::size_t) {
  throw FileError(true, "there is no such file");
}

Config parse(const json::object& config, const ReadFile& read = no_files) {
  return parse_config(json::serialize(config), "config.json", read);
}

std::vector<Problem> problems_of(const std::string& text, const ReadFile& read = no_files) {
  try {
    parse_config(text, "config.json", read);
  } catch (const ConfigError& e) {
    return e.problems;
  }
  return {};
}

std::vector<Problem> problems_of(const json::object& config, const ReadFile& read = no_files) {
  return problems_of(json::serialize(config), read);
}

// The one problem of the sample with `key` set to `value`, as text without its place.
std::string problem_with(const char* key, const json::value& value) {
  json::object config = old_config();
  config[key] = value;
  const auto problems = problems_of(config);
  REQUIRE(problems.size() == 1);
  return problems[0].key + ": " + problems[0].message;
}

json::object& migration(json::object& plan, std::size_t i) {
  return plan["migrations"].as_array()[i].as_object();
}

}  // namespace

TEST_CASE("The file of the old script works unchanged") {
  const Config config = parse(old_config());
  REQUIRE(config.plan.migrations.size() == 1);
  const auto& migration = config.plan.migrations[0];
  CHECK(migration.name == "migrated-instance");
  CHECK(migration.depends_on.empty());
  for (const auto& member : old_config()) {
    if (member.key() != "state_file_path")
      CHECK(migration.fields.get(std::string(member.key())) ==
            std::string(member.value().as_string()));
  }
  CHECK(config.state_file_path == "no-such-state.json");
  CHECK(config.ledger_path == "migration.ledger");
  CHECK(config.log_file == "migration.log");
  CHECK(config.parallel == 10);
  CHECK(config.oci.program == "oci");
  CHECK(config.settings.settle_seconds == 600);
}

TEST_CASE("What is not given is recorded with its default") {
  const auto fields = parse(old_config()).plan.migrations[0].fields;
  CHECK(fields.get("target_bucket_name") == "migration-bucket");
  CHECK(fields.get("transfer") == "copy");
  CHECK(fields.get("allow_source_downtime") == "false");
  CHECK(fields.get("poll_interval_seconds") == "30");
  CHECK(fields.get("settle_seconds") == "600");
  CHECK(fields.get("retry") ==
        R"({"base_seconds":2,"cap_seconds":60,"max_attempts":8,"max_generations":3})");
  CHECK(fields.get("timeouts") == "{}");
  CHECK_FALSE(fields.has("shape_config"));
  CHECK_FALSE(fields.has("state_file_path"));
  CHECK(fields == fields.sorted());
}

TEST_CASE("The old script's default state file is looked for") {
  json::object config = old_config();
  config.erase("state_file_path");
  const Config parsed = parse(config, [](const std::string& path, std::size_t) -> std::string {
    CHECK(path == "migration_state.json");
    return R"({"source_image_id": "ocid1.image.oc1.iad.aaaa"})";
  });
  CHECK(parsed.plan.migrations[0].fields.get("claimed_source_image_id") ==
        "ocid1.image.oc1.iad.aaaa");
}

TEST_CASE("Everything configured is recorded, JSON in one canonical form") {
  json::object config = old_config();
  config["further_ads"] = json::array{"Uocm:SA-BOGOTA-1-AD-2"};
  config["fault_domains"] = {"FAULT-DOMAIN-2", "FAULT-DOMAIN-1"};
  config["shape_config"] = {{"ocpus", 2}, {"memoryInGBs", 16}};
  config["freeform_tags"] = {{"team", "web"}};
  config["launch_options"] = {{"assignPublicIp", false}, {"hostnameLabel", "web"}};
  config["transfer"] = "par";
  config["target_bucket_name"] = "other";
  config["allow_source_downtime"] = true;
  config["retry"] = {{"max_attempts", 3}};
  config["timeouts"] = {{"default", 60}, {"await-copy", 90.5}};
  config["ssh_authorized_keys_file"] = "keys.pub";
  const auto read = [](const std::string& path, std::size_t max) -> std::string {
    if (path == "keys.pub") return "ssh-ed25519 AAAA me\n";
    return no_files(path, max);
  };
  const auto fields = parse(config, read).plan.migrations[0].fields;
  CHECK(fields.get("further_ads") == R"(["Uocm:SA-BOGOTA-1-AD-2"])");
  CHECK(fields.get("fault_domains") == R"(["FAULT-DOMAIN-2","FAULT-DOMAIN-1"])");
  CHECK(fields.get("shape_config") == R"({"memoryInGBs":16,"ocpus":2})");
  CHECK(fields.get("freeform_tags") == R"({"team":"web"})");
  CHECK(fields.get("launch_options") == R"({"assignPublicIp":false,"hostnameLabel":"web"})");
  CHECK(fields.get("transfer") == "par");
  CHECK(fields.get("target_bucket_name") == "other");
  CHECK(fields.get("allow_source_downtime") == "true");
  CHECK(fields.get("retry") ==
        R"({"base_seconds":2,"cap_seconds":60,"max_attempts":3,"max_generations":3})");
  CHECK(fields.get("timeouts") == R"({"await-copy":90.5,"default":60})");
  CHECK(fields.get("ssh_authorized_keys") == "ssh-ed25519 AAAA me\n");
}

TEST_CASE("All metadata is recorded as placeholders, but for what is known to be public") {
  json::object config = old_config();
  config["metadata"] = {{"user_data", "c2VjcmV0IQ=="},
                        {"role", "web"},
                        {"password", "hunter2"},
                        {"passwd", "pw1"},
                        {"db_password", "pw2"},
                        {"secret", "sec1"},
                        {"api_token", "tok1"},
                        {"access_key", "ak1"},
                        {"ssh_authorized_keys", "ssh-ed25519 AAAA me"}};
  Config parsed = parse(config);
  const auto metadata = [&] {
    return json::parse(parsed.plan.migrations[0].fields.get("metadata")).as_object();
  };
  CHECK(metadata().at("ssh_authorized_keys") == "ssh-ed25519 AAAA me");
  workflow::seal(parsed.plan, workflow::SecretKey({}));
  for (const auto& member : config["metadata"].as_object()) {
    INFO(member.key());
    const std::string recorded(metadata().at(member.key()).as_string());
    const bool is_public = member.key() == "ssh_authorized_keys";
    CHECK(recorded.starts_with("${secret:" + std::string(member.key()) + ":hmac:") == !is_public);
    CHECK(parsed.plan.secrets.fill(recorded) == std::string(member.value().as_string()));
  }
}

TEST_CASE("Errors do not show what may be secret") {
  const auto secret = std::string("hunter2");
  json::object config = old_config();
  config["metadata"] = {{"user_data", secret}};
  CHECK(problem_with("metadata", {{"user_data", secret}}).find(secret) == std::string::npos);
  CHECK(problem_with("metadata", {{"password", secret + "\x01"}}).find(secret) ==
        std::string::npos);
  CHECK(problem_with("endpoints", {{"us-ashburn-1", "https://me:" + secret + "@host"}})
            .find(secret) == std::string::npos);
}

TEST_CASE("A plan takes defaults, own values and names") {
  json::object plan = plan_of_two();
  plan["poll_interval_seconds"] = 5;
  plan["endpoints"] = {{"us-ashburn-1", "http://127.0.0.1:9000"}};
  plan["oci"] = {{"profile", "ME"}, {"parallel", 3}, {"call_timeout_seconds", 7.5}};
  plan["parallel"] = 4;
  migration(plan, 1)["target_ad"] = "Uocm:SA-BOGOTA-1-AD-3";
  migration(plan, 1)["poll_interval_seconds"] = 0.5;
  const Config config = parse(plan);
  REQUIRE(config.plan.migrations.size() == 2);
  const auto& db = config.plan.migrations[0];
  const auto& web = config.plan.migrations[1];
  CHECK(db.name == "db");
  CHECK(db.fields.get("new_image_name") == "db-image");
  CHECK(db.fields.get("new_instance_name") == "db");
  CHECK(db.fields.get("target_ad") == "Uocm:SA-BOGOTA-1-AD-1");
  CHECK(db.fields.get("poll_interval_seconds") == "5");
  CHECK(web.fields.get("target_ad") == "Uocm:SA-BOGOTA-1-AD-3");
  CHECK(web.fields.get("poll_interval_seconds") == "0.5");
  CHECK(web.depends_on == std::vector<std::string>{"db"});
  CHECK(config.endpoints.get("us-ashburn-1") == "http://127.0.0.1:9000");
  CHECK(config.oci.profile == "ME");
  CHECK(config.oci.parallel == 3);
  CHECK(config.oci.call_timeout_seconds == 7.5);
  CHECK(config.parallel == 4);
  CHECK(config.state_file_path.empty());
}

TEST_CASE("An error names file, line, column, key, what was expected and what was found") {
  const std::string text = json::serialize(old_config());
  std::string spread = "{\n  \"name\": \"zürich\",\n\t\"target_ad\": ";
  json::object config = old_config();
  config.erase("target_ad");
  spread += "\"nowhere\"," + json::serialize(config).substr(1);
  const auto problems = problems_of(spread);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].text().rfind("config.json:2:11: name: expected a name of 1 to 63", 0) == 0);
  CHECK(problems[1].text() ==
        "config.json:3:15: target_ad: expected an availability domain with the tenancy's prefix, "
        "such as \"Uocm:PHX-AD-1\", found \"nowhere\"");
}

TEST_CASE("A mistyped key is shown with the nearest known one") {
  CHECK(problem_with("traget_bucket_name", "x") ==
        "traget_bucket_name: unknown key; did you mean \"target_bucket_name\"?");
  CHECK(problem_with("retry", {{"max_atempts", 3}}) ==
        "retry.max_atempts: unknown key; did you mean \"max_attempts\"?");
  CHECK(problem_with("retry", {{"zzz", 3}}) ==
        "retry.zzz: unknown key; known here: max_attempts, base_seconds, cap_seconds, "
        "max_generations");
  CHECK(problem_with("timeouts", {{"await_copy", 3}}) ==
        "timeouts.await_copy: unknown key; did you mean \"await-copy\"?");
  CHECK(problem_with("transfer", "cpoy") ==
        "transfer: expected \"copy\" or \"par\", found \"cpoy\"; did you mean \"copy\"?");
}

TEST_CASE("A known key in the wrong place is said to be misplaced") {
  json::object plan = plan_of_two();
  plan["target_ad"] = "Uocm:SA-BOGOTA-1-AD-1";
  plan["defaults"].as_object()["ledger_path"] = "x";
  migration(plan, 0)["state_file_path"] = "x";
  const auto problems = problems_of(plan);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].text().find("defaults.ledger_path: does not stand here; move it to the top "
                                "level") != std::string::npos);
  CHECK(problems[1].key == "migrations[0].state_file_path");
  CHECK(problems[1].message.find("single migration") != std::string::npos);
  CHECK(problems[2].text().find("target_ad: does not stand here; move it to \"defaults\" or a "
                                "migration") != std::string::npos);
  CHECK(problem_with("depends_on", json::array{"x"}).find("plan of many") != std::string::npos);
}

TEST_CASE("Missing keys are all listed") {
  const auto problems = problems_of("{}");
  CHECK(problems.size() == 11);
  CHECK(problems[0].text() ==
        "config.json:1:1: source_region: this key is missing; expected a region such as "
        "\"us-ashburn-1\"");
  json::object plan = plan_of_two();
  plan["defaults"].as_object().erase("target_subnet_id");
  migration(plan, 0)["target_subnet_id"] = "ocid1.subnet.oc1.sa-bogota-1.aaaa";
  const auto of_plan = problems_of(plan);
  REQUIRE(of_plan.size() == 1);
  CHECK(of_plan[0].key == "migrations[1].target_subnet_id");
  CHECK(of_plan[0].message.find("here or in \"defaults\"") != std::string::npos);
}

TEST_CASE("At most twenty problems are listed and the rest counted") {
  json::object config = old_config();
  for (int i = 0; i < 30; ++i) config["zzzzzzzzzzzz" + std::to_string(i)] = 1;
  try {
    parse(config);
    FAIL("was taken");
  } catch (const ConfigError& e) {
    CHECK(e.problems.size() == 20);
    CHECK(e.left_out == 10);
    CHECK(std::string(e.what()).find("… and 10 more") != std::string::npos);
  }
}

TEST_CASE("A problem in defaults is said once") {
  json::object plan = plan_of_two();
  plan["defaults"].as_object()["target_region"] = "us-ashburn-1";
  const auto problems = problems_of(plan);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "defaults.target_region");
  CHECK(problems[0].message.find("another region than source_region") != std::string::npos);
}

TEST_CASE("Repeated keys are refused") {
  const std::string text = json::serialize(old_config());
  const auto problems = problems_of("{\"source_region\": \"us-ashburn-1\",\n" + text.substr(1));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text() == "config.json:2:1: source_region: this key is given twice; keep one");
  CHECK(problems_of("{\"freeform_tags\": {\"a\": \"1\", \"a\": \"2\"}," + text.substr(1)).size() ==
        1);
}

TEST_CASE("What keys must be to one another") {
  CHECK(problem_with("target_subnet_id", "ocid1.subnet.oc19.eu-madrid-2.aaaa")
            .find("realm \"oc19\"") != std::string::npos);
  CHECK(problem_with("further_ads", json::array{"Uocm:SA-BOGOTA-1-AD-1"})
            .find("is target_ad already") != std::string::npos);
  CHECK(problem_with("retry", {{"base_seconds", 9}, {"cap_seconds", 3}})
            .find("expected at least base_seconds (9), found 3") != std::string::npos);
  CHECK(problem_with("oci", {{"auth", "instance_principal"}}).find("must be \"par\"") !=
        std::string::npos);
  CHECK(problem_with("metadata", {{"a", std::string(32'000, 'x')}}).find("32000 bytes") !=
        std::string::npos);
  CHECK(problem_with("freeform_tags", {{"migledger-key", "x"}})
            .find("not beginning with \"migledger-\"") != std::string::npos);
  CHECK(problem_with("new_image_name", "${secret:a:sha256:b}").find("reserved") !=
        std::string::npos);
  json::object eight;
  for (int i = 0; i < 8; ++i) eight["tag" + std::to_string(i)] = "x";
  CHECK(problem_with("freeform_tags", eight).find("found 8 entries") != std::string::npos);
}

TEST_CASE("Names in a plan differ") {
  json::object plan = plan_of_two();
  migration(plan, 1)["name"] = "db";
  migration(plan, 1).erase("depends_on");
  const auto problems = problems_of(plan);
  REQUIRE(problems.size() >= 1);
  CHECK(problems[0].text().find("migrations[1].name: \"db\" is the name of migrations[0], too") !=
        std::string::npos);

  json::object shared = plan_of_two();
  migration(shared, 0)["new_image_name"] = "golden";
  migration(shared, 1)["new_image_name"] = "golden";
  const auto of_shared = problems_of(shared);
  REQUIRE(of_shared.size() == 1);
  CHECK(of_shared[0].key == "migrations[1].new_image_name");
  // From two regions the images meet in the target region.
  migration(shared, 1)["source_region"] = "us-phoenix-1";
  migration(shared, 1)["source_instance_id"] = "ocid1.instance.oc1.phx.aaaaaaaaweb";
  CHECK(problems_of(shared).size() == 1);
  migration(shared, 1)["target_compartment_id"] = "ocid1.compartment.oc1..another";
  CHECK(problems_of(shared).empty());
}

TEST_CASE("Dependencies exist and do not run in circles") {
  json::object plan = plan_of_two();
  migration(plan, 1)["depends_on"] = json::array{"bd"};
  const auto unknown = problems_of(plan);
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].key == "migrations[1].depends_on[0]");
  CHECK(unknown[0].message == "no migration is named \"bd\"; did you mean \"db\"?");

  migration(plan, 0)["name"] = "d\x1b";
  for (const Problem& problem : problems_of(plan))
    CHECK(problem.text().find('\x1b') == std::string::npos);

  json::array migrations;
  for (const char* name : {"a", "b", "c", "d", "e"})
    migrations.push_back(test::plan_migration(name));
  const auto depend = [&](std::size_t i, json::value on) {
    migrations[i].as_object()["depends_on"] = json::array{std::move(on)};
  };
  depend(1, "c");
  depend(2, "d");
  depend(3, "b");
  depend(4, "b");  // waits for the circle without being on it
  plan["migrations"] = migrations;
  const auto cycle = problems_of(plan);
  REQUIRE(cycle.size() == 1);
  CHECK(cycle[0].message == "these wait for one another: b → c → d → b");

  migrations[3].as_object().erase("depends_on");
  plan["migrations"] = migrations;
  CHECK(problems_of(plan).empty());
  depend(0, "a");
  plan["migrations"] = migrations;
  REQUIRE(problems_of(plan).size() == 1);
  CHECK(problems_of(plan)[0].message == "these wait for one another: a → a");
}

TEST_CASE("A cycle of ten thousand is found and shown short") {
  json::object plan = plan_of_two();
  json::array migrations;
  for (int i = 0; i < 10'000; ++i) {
    migrations.push_back(test::plan_migration("m" + std::to_string(i)));
    migrations.back().as_object()["depends_on"] = {"m" + std::to_string((i + 1) % 10'000)};
  }
  plan["migrations"] = migrations;
  const auto problems = problems_of(plan);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.size() < 500);
  CHECK(problems[0].message.find("m0 → m1 → ") != std::string::npos);
}

TEST_CASE("Absurd and hostile names are shown short and escaped") {
  const std::string huge = problem_with("new_image_name", json::string(1'000'000, 'x'));
  CHECK(huge.size() < 300);
  CHECK(huge.find("expected a name of 1 to 255") != std::string::npos);
  const std::string escape = problem_with("new_image_name", "a\x1b[2J");
  CHECK(escape.find("a\\x1b[2J") != std::string::npos);
  CHECK(escape.find('\x1b') == std::string::npos);
  const std::string key = std::string("k\x1b") + std::string(1'000'000, 'k');
  const std::string by_key = problem_with(key.c_str(), 1);
  CHECK(by_key.size() < 300);
  CHECK(by_key.find('\x1b') == std::string::npos);
}

TEST_CASE("Files that are not a JSON object are refused with their place") {
  const auto only = [](const std::string& text) {
    const auto problems = problems_of(text);
    REQUIRE(problems.size() == 1);
    return problems[0].text();
  };
  CHECK(only("") == "config.json:1:1: the file is empty");
  CHECK(only("[]") == "config.json:1:1: expected an object, found an array");
  CHECK(only("{\n  \"a\": 1,\n}").rfind("config.json:3:1: not JSON here", 0) == 0);
  CHECK(only("{\n\"a\": \"\xFF\"}") ==
        "config.json:2:7: byte 0xff at offset 8 is not UTF-8; save the file as UTF-8");
  CHECK(only("{\"a\": 1").find("ends too early") != std::string::npos);
  CHECK(only(R"({"migrations": []})").find("migrations: expected an array of 1 to") !=
        std::string::npos);
  CHECK(only(R"({"migrations": [1]})").find("migrations[0]: expected an object, found 1") !=
        std::string::npos);
  CHECK(only(R"({"defaults": {}})").find("migrations: this key is missing") != std::string::npos);
}

TEST_CASE("A byte order mark does no harm") {
  CHECK(problems_of("\xEF\xBB\xBF" + json::serialize(old_config())).empty());
  CHECK(problems_of("\xEF\xBB\xBF[]")[0].column == 1);
}

TEST_CASE("Missing and unreadable files say what to do") {
  const test::TempDirectory directory;
  CHECK_THROWS_WITH(load_config(directory.file("none.json")),
                    Catch::Contains("there is no such file") && Catch::Contains("migledger init"));
  CHECK_THROWS_WITH(load_config(directory.path().string()), Catch::Contains("is a directory"));
}

TEST_CASE("Files of ssh keys are checked") {
  json::object config = old_config();
  config["ssh_authorized_keys_file"] = "keys";
  const auto problem = [&](const std::string& content) {
    const auto problems = problems_of(config, [&](const std::string& path, std::size_t max) {
      return path == "keys" ? content : no_files(path, max);
    });
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].key == "ssh_authorized_keys_file");
    return problems[0].message;
  };
  const std::string header = "-----BEGIN OPENSSH PRIVATE";
  CHECK(problem(header + " KEY-----").find("private key") != std::string::npos);
  CHECK(problem(" \n").find("holds no key") != std::string::npos);
  CHECK(problem("\x7f"
                "ELF")
            .find("not a text file") != std::string::npos);
  CHECK(problems_of(config)[0].message == "\"keys\": there is no such file");
}

TEST_CASE("A migration too large for one event is refused") {
  json::object config = old_config();
  // What stands for a secret in the record is longer than a short secret.
  json::object metadata;
  for (int i = 0; i < 120; ++i)
    metadata[std::to_string(100 + i) + std::string(240, 'k')] = std::to_string(i);
  config["metadata"] = metadata;
  config["ssh_authorized_keys_file"] = "keys";
  json::object tags;
  for (int i = 0; i < 7; ++i) tags["t" + std::to_string(i)] = "ü";
  json::object namespaces;
  std::string value;
  for (int i = 0; i < 256; ++i) value += "ü";
  for (int i = 0; i < 60; ++i) namespaces["n" + std::to_string(i)] = {{"k", value}};
  config["launch_options"] = {{"definedTags", namespaces}};
  const auto problems = problems_of(config, [](const std::string& path, std::size_t max) {
    return path == "keys" ? "ssh-rsa " + std::string(900, 'A') : no_files(path, max);
  });
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.find("bytes to record") != std::string::npos);
}
