#include "workflow/executor.h"

#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

using workflow::Plan;
using workflow::RunResult;

namespace {

Plan plan_of(unsigned count) {
  Plan plan;
  for (unsigned i = 1; i <= count; ++i)
    plan.migrations.push_back(sample_migration("web-" + std::to_string(i), i));
  return plan;
}

void check_each_made_once(const Rehearsal& rehearsal, std::size_t migrations) {
  for (const auto* kind : {"image", "object-copy", "imported-image", "instance"}) {
    INFO(kind);
    CHECK(rehearsal.created(kind).size() == migrations);
  }
  CHECK(rehearsal.created("bucket").size() == 1);
}

}  // namespace

TEST_CASE("a migration runs to its end and makes each thing once") {
  Rehearsal rehearsal;
  const RunResult result = rehearsal.run(plan_of(1));
  const auto state = rehearsal.state("web-1");
  INFO(state.reason);
  CHECK(result.done == 1);
  CHECK(state.status == ledger::Status::done);
  CHECK(!state.facts.get("target_instance_id").empty());
  check_each_made_once(rehearsal, 1);
}

}  // namespace migledger::testing
