// The real program, killed at every append and around every child that sends; the tenancy is a
// process of its own, behind HTTP, and goes on meanwhile.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/kills/story.h"
#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

void sweep(const std::string& name, const json::object& plan, std::vector<std::string> renewable,
           bool is_reconciled = true) {
  const Sweep sweep = kill_everywhere(
      {plan, {}, {"run", "--yes"}, std::move(renewable), is_reconciled, true}, stride(27));
  WARN(name << ": " << sweep.points << " points, " << sweep.kills << " kills");
  CHECK(sweep.kills > 0);
}

}  // namespace

TEST_CASE("Killed at every point, an instance is moved once over HTTP") {
  auto plan = simulated_plan(1);
  SECTION("by copy") { sweep("compute, copy, HTTP", plan, {}); }
  SECTION("through pre-authenticated requests") {
    migration_at(plan, 0)["transfer"] = "par";
    sweep("compute, par, HTTP", plan, {"par"});
  }
}

TEST_CASE("Killed at every point, a volume is moved once over HTTP") {
  auto plan = migledger::test::volume_config();
  SECTION("by replication") { sweep("volume, replicate, HTTP", plan, {}); }
  SECTION("by backup") {
    plan["method"] = "backup";
    sweep("volume, backup, HTTP", plan, {});
  }
}

TEST_CASE("Killed at every point, a bucket is replicated once over HTTP") {
  sweep("bucket, HTTP", migledger::test::bucket_config(), {}, false);
}
