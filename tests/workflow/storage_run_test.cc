// Whole runs of the storage workflow against the simulated tenancy.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"

namespace migledger::testing {

namespace sim = adapters::sim;
using ledger::Status;

namespace {

workflow::RunOptions approving() {
  workflow::RunOptions options;
  options.approve = true;
  return options;
}

}  // namespace

TEST_CASE("storage: a bucket is brought to another region") {
  Rehearsal rehearsal;
  const auto result = rehearsal.run(bucket_plan(), approving());
  const auto state = rehearsal.state("data");
  INFO(state.reason << " " << state.need);
  CHECK(result.done == 1);
  CHECK(state.status == Status::done);
  CHECK(rehearsal.created("object-copy").size() == 25);
}

}  // namespace migledger::testing
