// The real program, killed at appends and at changes of the simulated tenancy, which keeps its own
// state on the disk; at which, story.h says.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/kills/story.h"
#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

using Command = std::vector<std::string>;

const Command kRun = {"run", "--yes=downtime,cutover"};

json::object compute(const char* transfer) {
  auto plan = simulated_plan(1);
  migration_at(plan, 0)["transfer"] = transfer;
  migration_at(plan, 0)["quiet_period_seconds"] = 0;
  return plan;
}

json::object volume(const char* method) {
  auto plan = migledger::test::volume_config();
  plan["method"] = method;
  return plan;
}

Command undo(const char* verb, const char* migration) {
  return {verb, migration, "--yes=removal,termination", "--reason", "as planned"};
}

json::object bucket() { return migledger::test::bucket_config(); }

const Command kRunBucket = {"run", "--yes=downtime,cutover", "--sim-objects", "3"};

}  // namespace

TEST_CASE("Killed at any point, an instance is moved once") {
  kill_along("compute, copy", {compute("copy"), {}, kRun, {}, true});
}

TEST_CASE("Killed at any point, an instance is moved once through pre-authenticated requests") {
  // A URL that was lost with the process that had it is made anew.
  kill_along("compute, par", {compute("par"), {}, kRun, {"par"}, true});
}

TEST_CASE("Killed at any point, a volume is replicated once") {
  kill_along("volume, replicate", {volume("replicate"), {}, kRun, {}, true});
}

TEST_CASE("Killed at any point, a volume is moved once by backup") {
  kill_along("volume, backup", {volume("backup"), {}, kRun, {}, true});
}

TEST_CASE("Killed at any point, a bucket is replicated and every object copied once") {
  kill_along("bucket", {bucket(), {}, kRunBucket, {}, false});
}

TEST_CASE("Killed at any point, a rollback removes all that was made") {
  kill_along("compute, rollback", {compute("copy"), {kRun}, undo("rollback", "vm-01"), {}, true});
  kill_along("volume, rollback", {volume("replicate"), {kRun}, undo("rollback", "data"), {}, true});
  kill_along("bucket, rollback", {bucket(), {kRunBucket}, undo("rollback", "pictures"), {}, false});
}

TEST_CASE("Killed at any point, a cleanup removes what was needed on the way, and no more") {
  kill_along("compute, cleanup",
             {compute("copy"), {kRun}, {"cleanup", "vm-01", "--yes"}, {}, true});
  kill_along("volume, cleanup", {volume("backup"), {kRun}, {"cleanup", "data", "--yes"}, {}, true});
}

TEST_CASE("Killed at any point, a decommissioning ends the source and nothing else") {
  kill_along("compute, decommission",
             {compute("copy"), {kRun}, undo("decommission", "vm-01"), {}, true});
}
