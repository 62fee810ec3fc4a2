// UTF-8 (RFC 3629): just enough to check and to count.
#pragma once

#include <cstddef>
#include <string_view>

namespace migledger {

struct Utf8Character {
  char32_t code = 0;
  std::size_t size = 0;  // bytes; 0: the bytes at this place are not UTF-8
};

// The character at the front of `text`, which must not be empty. Overlong forms, surrogates and
// values above U+10FFFF are not UTF-8.
Utf8Character first_character(std::string_view text);

// Offset of the first byte that is not UTF-8; std::string_view::npos when all of it is.
std::size_t invalid_utf8_at(std::string_view text);

// How many characters (code points) `text` has. A byte that is not UTF-8 counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace migledger
