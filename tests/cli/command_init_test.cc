#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "adapters/config/config.h"
#include "cli/base/usage_error.h"
#include "cli/plan/check_config.h"
#include "cli/plan/init.h"
#include "ledger/base/made_whole.h"
#include "tests/support/temp_directory.h"

using namespace migledger;
using namespace migledger::cli;

namespace {

struct Result {
  int code;
  std::string out;
  std::string err;
};

Result init(const InitOptions& options) {
  std::ostringstream out;
  try {
    const int code = run_init(options, out);
    return {code, out.str(), {}};
  } catch (const UsageError& e) {
    return {2, out.str(), e.what()};
  } catch (const ledger::AlreadyThere& e) {
    return {2, out.str(), e.what()};
  }
}

}  // namespace

TEST_CASE("The template is good and private") {
  const test::TempDirectory directory;
  const std::string file = directory.file("config.json");
  const Result result = init({.file = file, .many = false});
  CHECK(result.code == 0);
  CHECK(result.out.find("check-config " + file) != std::string::npos);
  namespace fs = std::filesystem;
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  const auto config = adapters::load_config(file);
  REQUIRE(config.plan.migrations.size() == 1);
  const auto& fields = config.plan.migrations[0].fields;
  CHECK(fields.get("source_region") == "us-ashburn-1");
  CHECK(fields.get("target_region") == "sa-bogota-1");
  CHECK(fields.get("migration_bucket_name") == "migration-staging");
  CHECK(fields.get("allow_source_downtime") == "false");
}

TEST_CASE("The template of many has three migrations and a dependency") {
  const test::TempDirectory directory;
  const std::string file = directory.file("plan.json");
  CHECK(init({.file = file, .many = true}).code == 0);
  const auto config = adapters::load_config(file);
  REQUIRE(config.plan.migrations.size() == 3);
  CHECK(config.plan.migrations[2].depends_on == std::vector<std::string>{"db-1", "cache-1"});
}

TEST_CASE("A file that is there is never touched") {
  const test::TempDirectory directory;
  const std::string file = directory.write("config.json", "mine");
  const Result result = init({.file = file, .many = false});
  CHECK(result.code == 2);
  CHECK(result.err.find("is there already") != std::string::npos);
  CHECK(test::read_file(file) == "mine");

  std::filesystem::create_symlink(directory.file("elsewhere"), directory.file("link"));
  CHECK(init({.file = directory.file("link"), .many = false}).code == 2);
  CHECK_FALSE(std::filesystem::exists(directory.file("elsewhere")));
}

TEST_CASE("A place that cannot be written is said") {
  const test::TempDirectory directory;
  const Result result = init({.file = directory.file("none/\x1b.json"), .many = false});
  CHECK(result.code == 2);
  CHECK(result.err.find("there is no directory") != std::string::npos);
  CHECK(result.err.find('\x1b') == std::string::npos);
}
