#include "cli/base/json_text.h"

#include "ledger/base/utf8.h"

namespace migledger::cli {

std::string json_text(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t bad = invalid_utf8_at(text);
    out.append(text.substr(0, bad));
    if (bad == std::string_view::npos) return out;
    out += "\uFFFD";
    text.remove_prefix(bad + 1);
  }
}

}  // namespace migledger::cli
