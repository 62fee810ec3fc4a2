#include "workflow/plan.h"

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

TEST_CASE("A placeholder carries the SHA-256 of its value and not the value") {
  // FIPS 180-2, appendix B.1.
  CHECK(secret_placeholder("user_data", "abc") ==
        "${secret:user_data:sha256:"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}");
}

TEST_CASE("Placeholders are filled in as the inside of JSON strings") {
  const std::string value = "a\"b\\c\n\x01é";
  const std::string placeholder = secret_placeholder("user_data", value);
  const Secrets secrets = {{placeholder, value}};
  CHECK(
      fill_placeholders("{\"x\":\"" + placeholder + "\",\"y\":\"" + placeholder + "\"}", secrets) ==
      "{\"x\":\"a\\\"b\\\\c\\u000a\\u0001é\",\"y\":\"a\\\"b\\\\c\\u000a\\u0001é\"}");
}

TEST_CASE("Text without placeholders stays as it is") {
  CHECK(fill_placeholders("{\"x\":\"$ {secret} }\"}", {}) == "{\"x\":\"$ {secret} }\"}");
  CHECK(fill_placeholders("", {}) == "");
}

TEST_CASE("A value that looks like a placeholder is not filled in again") {
  const std::string value = secret_placeholder("b", "inner");
  const Secrets secrets = {{secret_placeholder("a", value), value}, {value, "inner"}};
  CHECK(fill_placeholders(secret_placeholder("a", value), secrets) == value);
}

TEST_CASE("A placeholder without its value cannot be filled in") {
  const Secrets secrets = {{secret_placeholder("user_data", "old"), "old"}};
  CHECK_FALSE(fill_placeholders("x" + secret_placeholder("user_data", "new"), secrets));
  CHECK_FALSE(fill_placeholders("x${secret:user_data:sha256:00", secrets));
}

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
