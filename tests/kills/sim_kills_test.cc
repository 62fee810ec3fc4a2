// The real program, killed at every append and at every change of the simulated tenancy, which
// keeps its own state on the disk.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/kills/story.h"
#include "tests/support/sample_config.h"
#include "tests/support/simulated_plan.h"

using namespace migledger::testing;
namespace json = boost::json;

namespace {

using Command = std::vector<std::string>;

const Command kRun = {"run", "--yes"};

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
  return {verb, migration, "--yes", "--reason", "as planned"};
}

json::object bucket() { return migledger::test::bucket_config(); }

const Command kRunBucket = {"run", "--yes", "--sim-objects", "3"};

void sweep(const std::string& name, const Story& story) {
  const Sweep sweep = kill_everywhere(story, stride(11));
  WARN(name << ": " << sweep.points << " points, " << sweep.kills << " kills");
  CHECK(sweep.kills > 0);
}

}  // namespace

TEST_CASE("Killed at every point, an instance is moved once") {
  sweep("compute, copy", {compute("copy"), {}, kRun, {}, true});
}

TEST_CASE("Killed at every point, an instance is moved once through pre-authenticated requests") {
  // A URL that was lost with the process that had it is made anew.
  sweep("compute, par", {compute("par"), {}, kRun, {"par"}, true});
}

TEST_CASE("Killed at every point, a volume is replicated once") {
  sweep("volume, replicate", {volume("replicate"), {}, kRun, {}, true});
}

TEST_CASE("Killed at every point, a volume is moved once by backup") {
  sweep("volume, backup", {volume("backup"), {}, kRun, {}, true});
}

TEST_CASE("Killed at every point, a bucket is replicated and every object copied once") {
  sweep("bucket", {bucket(), {}, kRunBucket, {}, false});
}

TEST_CASE("Killed at every point, a rollback removes all that was made") {
  sweep("compute, rollback", {compute("copy"), {kRun}, undo("rollback", "vm-01"), {}, true});
  sweep("volume, rollback", {volume("replicate"), {kRun}, undo("rollback", "data"), {}, true});
  sweep("bucket, rollback", {bucket(), {kRunBucket}, undo("rollback", "pictures"), {}, false});
}

TEST_CASE("Killed at every point, a cleanup removes what was needed on the way, and no more") {
  sweep("compute, cleanup", {compute("copy"), {kRun}, {"cleanup", "vm-01", "--yes"}, {}, true});
  sweep("volume, cleanup", {volume("backup"), {kRun}, {"cleanup", "data", "--yes"}, {}, true});
}

TEST_CASE("Killed at every point, a decommissioning ends the source and nothing else") {
  sweep("compute, decommission",
        {compute("copy"), {kRun}, undo("decommission", "vm-01"), {}, true});
}
