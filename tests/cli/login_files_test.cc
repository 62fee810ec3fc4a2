// A login that the oci program could not read ends a run before anything is begun.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
using Catch::Contains;
namespace json = boost::json;
namespace fs = std::filesystem;

TEST_CASE("A login file that cannot be read ends a run with its line, and nothing is begun") {
  Workplace work;
  work.write("oci", "#!/bin/sh\ntouch called\nexit 1\n");
  fs::permissions(work / "oci", fs::perms::owner_all);
  auto plan = simulated_plan(1);
  plan["oci"] = json::object{{"program", (work / "oci").string()}, {"config_file", "login"}};
  work.write("plan.json", json::serialize(plan));
  const std::string values =
      "user=ocid1.user.oc1..a\nfingerprint=aa:bb\ntenancy=ocid1.tenancy.oc1..a\n"
      "region=us-ashburn-1\nkey_file=/k.pem\n";
  const std::pair<std::string, const char*> kFiles[] = {
      {"\xEF\xBB\xBF[DEFAULT]\n" + values, "login, line 1: the file starts with a byte order mark"},
      {"[DEFAULT]\n" + values + "region=x\n", "login, line 7: \"region\" is given twice"},
      {"[DEFAULT]\n" + values + "# caf\xE9\n", "login, line 7: the line is not UTF-8"},
      {values, "login, line 1: a line before the first section"},
      {"[OTHER]\n" + values, "no value for \"tenancy\""}};
  for (const auto& [content, words] : kFiles) {
    CAPTURE(content);
    work.write("login", content);
    const auto run = work.run({"run", "--config", "plan.json", "--ledger", "ledger"});
    CHECK(run.exit_code == 6);
    CHECK_THAT(run.err, Contains(words));
    for (const char* made : {"ledger", "ledger.children", "called"})
      CHECK_FALSE(fs::exists(work / made));
  }
  // Indented, as Python reads it: the program is asked.
  std::string indented = "  [DEFAULT]\n";
  for (const char* line : {"user=U", "fingerprint=F", "tenancy=T", "region=R", "key_file=/k"})
    indented += std::string("  ") + line + "\n";
  work.write("login", indented);
  work.write("oci", "#!/bin/sh\necho 'ERROR: Could not find config file at /x'\nexit 1\n");
  const auto run = work.run({"run", "--config", "plan.json", "--ledger", "ledger"});
  CHECK(run.exit_code == 6);
  CHECK_THAT(run.out, Contains("Could not find config file at /x"));
}
