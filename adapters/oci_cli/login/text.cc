#include "adapters/oci_cli/login/text.h"

#include "ledger/base/utf8.h"

namespace migledger::adapters {

std::string printable_line(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = first_character(text).size;
    const auto first = static_cast<unsigned char>(text.front());
    const bool c1_control = length == 2 && first == 0xC2 && (text[1] & 0xE0) == 0x80;
    const bool control = length == 1 && (first < 0x20 || first == 0x7F);
    const std::string_view piece = length == 0             ? "?"
                                   : control || c1_control ? " "
                                                           : text.substr(0, length);
    if (out.size() + piece.size() + 3 > limit) return out + "…";
    out.append(piece);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace migledger::adapters
