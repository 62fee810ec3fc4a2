#include "ledger/base/printable.h"

#include <catch2/catch.hpp>
#include <string>

using migledger::printable;

TEST_CASE("Plain text of any script is printed as it is") {
  CHECK(printable("web-1 (zürich) 東京 😀 C:\\x") == "web-1 (zürich) 東京 😀 C:\\x");
}

TEST_CASE("Control characters are escaped") {
  CHECK(printable("a\x1b[2Jb\r\n\t") == "a\\x1b[2Jb\\x0d\\x0a\\x09");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\x9b31m");  // C1: a CSI of one character
}

TEST_CASE("Text that changes the direction or cannot be seen is escaped") {
  CHECK(printable("user\u202Etxt.exe") == "user\\u202etxt.exe");
  CHECK(printable("a\u2066b\u2069") == "a\\u2066b\\u2069");
  CHECK(printable("a\u200Bb\uFEFF") == "a\\u200bb\\ufeff");
}

TEST_CASE("Bytes that are not UTF-8 are escaped") {
  CHECK(printable("a\xFFz\xC3") == "a\\xffz\\xc3");
}

TEST_CASE("Long text is shortened by characters") {
  CHECK(printable("ééé", 3) == "ééé");
  CHECK(printable("éééé", 3) == "ééé…");
  CHECK(printable(std::string(1'000'000, 'x'), 10) == "xxxxxxxxxx…");
  CHECK(printable("x", 0) == "…");
}
