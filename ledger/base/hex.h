// Hexadecimal digits, and the texts that hold bytes by them.
#pragma once

#include <string>
#include <string_view>

namespace migledger::ledger {

// 0 to 15; -1 for what is no digit. `A` to `F` are digits, too.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// With every %XX as the byte it stands for (RFC 3986). What is no such escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace migledger::ledger
