#include "ledger/base/utf8.h"

#include <catch2/catch.hpp>
#include <string>

using namespace migledger;

TEST_CASE("Every well-formed character is read with its size") {
  CHECK(first_character("a").code == U'a');
  CHECK(first_character("é").code == U'é');
  CHECK(first_character("→").code == U'→');
  CHECK(first_character("😀").code == U'😀');
  CHECK(first_character("😀").size == 4);
  CHECK(first_character("\xF4\x8F\xBF\xBF").code == 0x10FFFF);
}

TEST_CASE("Bytes that are not UTF-8 are found where they stand") {
  const std::string bad =
      GENERATE("\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
               "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "\xC3", "\xE2\x86", "\xC3(");
  CHECK(invalid_utf8_at("aé" + bad) == 3);
}

TEST_CASE("Good text has no invalid place") {
  CHECK(invalid_utf8_at("") == std::string_view::npos);
  CHECK(invalid_utf8_at("zürich → 😀") == std::string_view::npos);
  CHECK(count_characters("zürich → 😀") == 10);
  CHECK(count_characters("a\xFFz") == 3);
}
