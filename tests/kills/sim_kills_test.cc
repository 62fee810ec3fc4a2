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

Story story_named(const std::string& name) {
  if (name == "compute, copy") return {compute("copy"), {}, kRun, {}, true};
  // A URL that was lost with the process that had it is made anew.
  if (name == "compute, par") return {compute("par"), {}, kRun, {"par"}, true};
  if (name == "volume, replicate") return {volume("replicate"), {}, kRun, {}, true};
  if (name == "volume, backup") return {volume("backup"), {}, kRun, {}, true};
  if (name == "bucket")
    return {
        migledger::test::bucket_config(), {}, {"run", "--yes", "--sim-objects", "3"}, {}, false};
  if (name == "compute, rollback")
    return {compute("copy"), {kRun}, undo("rollback", "vm-01"), {}, true};
  if (name == "compute, cleanup")
    return {compute("copy"), {kRun}, {"cleanup", "vm-01", "--yes"}, {}, true};
  if (name == "compute, decommission")
    return {compute("copy"), {kRun}, undo("decommission", "vm-01"), {}, true};
  if (name == "volume, rollback")
    return {volume("replicate"), {kRun}, undo("rollback", "data"), {}, true};
  if (name == "bucket, rollback")
    return {migledger::test::bucket_config(),
            {{"run", "--yes", "--sim-objects", "3"}},
            undo("rollback", "pictures"),
            {},
            false};
  FAIL("no story " << name);
  return {};
}

}  // namespace

TEST_CASE("Killed at every append and every send, it makes everything once") {
  const std::string name =
      GENERATE(as<std::string>(), "compute, copy", "compute, par", "volume, replicate",
               "volume, backup", "bucket", "compute, rollback", "compute, cleanup",
               "compute, decommission", "volume, rollback", "bucket, rollback");
  CAPTURE(name);
  const Sweep sweep = kill_everywhere(story_named(name), stride(7));
  WARN(name << ": " << sweep.points << " points, " << sweep.kills << " kills");
  CHECK(sweep.kills > 0);
}
