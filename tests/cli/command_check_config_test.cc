#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "cli/plan/check_config.h"
#include "tests/support/sample_config.h"
#include "tests/support/temp_directory.h"

using namespace migledger;
using namespace migledger::cli;
namespace json = boost::json;

namespace {

struct Result {
  int code;
  std::string out;
  std::string err;
};

Result check(const CheckConfigOptions& options) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_check_config(options, out, err);
  return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("A good plan is summed up as a table") {
  const test::TempDirectory directory;
  const std::string file = directory.write("plan.json", json::serialize(test::plan_of_two()));
  const Result result = check({.file = file});
  CHECK(result.code == 0);
  CHECK(result.err.empty());
  CHECK(result.out ==
        "MIGRATION  ROUTE                       SHAPE                DEPENDS ON\n"
        "db         us-ashburn-1 → sa-bogota-1  VM.Standard.E4.Flex\n"
        "web        us-ashburn-1 → sa-bogota-1  VM.Standard.E4.Flex  db\n" +
            file + ": good, 2 migrations; ledger migration.ledger\n");
}

TEST_CASE("A bad file is refused with exit code 2 and its problems") {
  const test::TempDirectory directory;
  json::object config = test::old_config();
  config["target_region"] = "nowhere\x1b";
  const std::string file = directory.write("config.json", json::serialize(config));
  const Result result = check({.file = file});
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  CHECK(result.err.find(file + ":1:") == 0);
  CHECK(result.err.find("target_region: expected a region") != std::string::npos);
  CHECK(result.err.find('\x1b') == std::string::npos);
  CHECK(check({.file = directory.file("none.json")}).code == 2);
}

TEST_CASE("Programs get JSON, good or bad") {
  const test::TempDirectory directory;
  json::object config = test::old_config();
  const std::string good = directory.write("good.json", json::serialize(config));
  config["metadata"] = {{"user_data", "not base64"}};
  const std::string bad = directory.write("bad.json", json::serialize(config));

  const json::value valid = json::parse(check({.file = good, .json = true}).out);
  CHECK(valid.at("valid").as_bool());
  CHECK(valid.at_pointer("/migrations/0/fields/target_region").as_string() == "sa-bogota-1");

  const Result refused = check({.file = bad, .json = true});
  CHECK(refused.code == 2);
  const json::value problems = json::parse(refused.out);
  CHECK_FALSE(problems.at("valid").as_bool());
  CHECK(problems.at_pointer("/problems/0/key").as_string() == "metadata.user_data");
  CHECK(problems.at_pointer("/problems/0/line").as_int64() == 1);
}

TEST_CASE("The schema is printed as JSON") {
  const Result result = check({.schema = true});
  CHECK(result.code == 0);
  CHECK(json::parse(result.out).at("$schema").as_string() ==
        "https://json-schema.org/draft/2020-12/schema");
}
