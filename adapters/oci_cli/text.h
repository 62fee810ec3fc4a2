// What is done to the text of files and programs here.
#pragma once

#include <string_view>

namespace migledger::adapters {

// `text` without the characters of `space` at its ends.
inline std::string_view trimmed(std::string_view text, std::string_view space = " \t\r\n") {
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace migledger::adapters
