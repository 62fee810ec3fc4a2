#include <catch2/catch.hpp>
#include <sstream>

#include "cli/report/report.h"
#include "tests/support/rehearsal.h"

using namespace migledger;

namespace {

std::string page_of(const ledger::EventStore& store, cli::ReportOptions options = {}) {
  options.html = "-";
  std::ostringstream out;
  CHECK(cli::run_report(store, options, out) == 0);
  return out.str();
}

}  // namespace

TEST_CASE("a page of whole runs stays small") {
  testing::Rehearsal rehearsal;
  constexpr unsigned kMigrations = 20;
  REQUIRE(rehearsal.run(testing::plan_of(kMigrations)).done == kMigrations);
  const auto whole = page_of(rehearsal.store());
  cli::ReportOptions options;
  options.migrations = {"web-1"};
  const auto one = page_of(rehearsal.store(), options);
  // 5 MB a thousand, without what every page has.
  CHECK((whole.size() - one.size()) / (kMigrations - 1) < 5000);
}
