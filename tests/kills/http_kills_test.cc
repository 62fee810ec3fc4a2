// The real program, killed at appends and around children that send; at which, story.h says. The
// tenancy is a process of its own, behind HTTP, and goes on meanwhile.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/kills/story.h"
#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

void kill_over_http(const std::string& name, const json::object& plan,
                    std::vector<std::string> renewable, bool is_reconciled = true) {
  kill_along(name, {plan,
                    {},
                    {"run", "--yes=downtime,cutover"},
                    std::move(renewable),
                    is_reconciled,
                    /*over_http=*/true});
}

}  // namespace

TEST_CASE("Killed at any point, an instance is moved once over HTTP") {
  kill_over_http("compute, copy, HTTP", simulated_plan(1), {});
}

TEST_CASE(
    "Killed at any point, an instance is moved once over HTTP through pre-authenticated requests") {
  auto plan = simulated_plan(1);
  migration_at(plan, 0)["transfer"] = "par";
  kill_over_http("compute, par, HTTP", plan, {"par"});
}

TEST_CASE("Killed at any point, a volume is replicated once over HTTP") {
  kill_over_http("volume, replicate, HTTP", migledger::test::volume_config(), {});
}

TEST_CASE("Killed at any point, a volume is moved once over HTTP by backup") {
  auto plan = migledger::test::volume_config();
  plan["method"] = "backup";
  kill_over_http("volume, backup, HTTP", plan, {});
}

TEST_CASE("Killed at any point, a bucket is replicated once over HTTP") {
  kill_over_http("bucket, HTTP", migledger::test::bucket_config(), {}, false);
}
