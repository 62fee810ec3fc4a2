#include "ledger/base/printable.h"

#include <fmt/format.h>

#include <iterator>

#include "ledger/base/utf8.h"

namespace migledger {

namespace {

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

// Unicode Standard Annex 9 (bidirectional controls), and what takes no room on the screen.
bool is_deceptive(char32_t c) {
  return c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string printable(std::string_view text, std::size_t max) {
  std::string out;
  const auto end = std::back_inserter(out);
  for (std::size_t shown = 0; !text.empty(); ++shown) {
    if (shown == max) return out + "…";
    const Utf8Character c = first_character(text);
    if (c.size == 0) {
      fmt::format_to(end, "\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else if (is_control(c.code)) {
      fmt::format_to(end, "\\x{:02x}", static_cast<unsigned>(c.code));
    } else if (is_deceptive(c.code)) {
      fmt::format_to(end, "\\u{:04x}", static_cast<unsigned>(c.code));
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size == 0 ? 1 : c.size);
  }
  return out;
}

}  // namespace migledger
