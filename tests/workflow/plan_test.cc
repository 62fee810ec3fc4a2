#include "workflow/model/plan.h"

#include <catch2/catch.hpp>

using namespace migledger;
using namespace migledger::workflow;

namespace {

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    out += digits;
  }
  return out;
}

}  // namespace

TEST_CASE("The plan digest is that of the documented bytes") {
  PlannedMigration migration;
  migration.fields = {{"b", "2"}, {"a", "1"}};
  migration.depends_on = {"x"};
  // Computed apart, with Python's struct and hashlib.
  CHECK(hex(plan_digest(migration)) ==
        "c68c00fa3fa8297ac149e7f142cc57c51c9a0621fe7e3f085d6c0ef32dfeb466");
}

TEST_CASE("The plan digest tells apart what plain joining would not") {
  const auto digest = [](ledger::Fields fields, std::vector<std::string> depends_on) {
    return plan_digest({"n", std::move(depends_on), std::move(fields)});
  };
  CHECK(digest({{"a", "1"}, {"b", "2"}}, {}) == digest({{"b", "2"}, {"a", "1"}}, {}));
  CHECK(digest({{"ab", "c"}}, {}) != digest({{"a", "bc"}}, {}));
  CHECK(digest({{"a", "1"}}, {"x", "y"}) != digest({{"a", "1"}}, {"y", "x"}));
  CHECK(digest({{"a", "1"}}, {"xy"}) != digest({{"a", "1"}}, {"x", "y"}));
  CHECK(digest({}, {}).size() == 32);
}
