// What is done to the text of files and programs here.
#pragma once

#include <string>
#include <string_view>

namespace migledger::adapters {

// `text` without the characters of `space` at its ends.
inline std::string_view trimmed(std::string_view text, std::string_view space = " \t\r\n") {
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// One line for a person: the text's control characters and bytes that are no UTF-8 replaced, and
// at most `limit` bytes.
std::string printable_line(std::string_view text, std::size_t limit = 500);

}  // namespace migledger::adapters
