#include "ledger/base/decimal.h"

#include <catch2/catch.hpp>

#include "ledger/base/hex.h"

namespace migledger::ledger {

TEST_CASE("decimal: digits without needless zeros, up to the most, and nothing else") {
  CHECK(decimal("0") == 0);
  CHECK(decimal("42") == 42);
  CHECK(decimal("18446744073709551615") == ~std::uint64_t{0});
  CHECK(decimal("255", 255) == 255);
  CHECK_FALSE(decimal("256", 255));
  for (const char* text :
       {"", "00", "042", "-1", "+1", " 1", "1 ", "0x1", "1e3", "one", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(decimal(text));
  }
}

TEST_CASE("percent_decoded: escapes become bytes, and what is none stays") {
  CHECK(percent_decoded("a%2Fb%2fc") == "a/b/c");
  CHECK(percent_decoded("100%") == "100%");
  CHECK(percent_decoded("%4") == "%4");
  CHECK(percent_decoded("%zz%41") == "%zzA");
  CHECK(percent_decoded("a+b") == "a+b");
  CHECK(hex_value('f') == 15);
  CHECK(hex_value('F') == 15);
  CHECK(hex_value('g') == -1);
}

}  // namespace migledger::ledger
