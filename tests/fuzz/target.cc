#include "tests/fuzz/target.h"

#include <algorithm>

#include "ledger/base/utf8.h"

namespace migledger::fuzz {

namespace {

constexpr Target kTargets[] = {
    {"arguments", fuzz_arguments}, {"config", fuzz_config}, {"events", fuzz_events},
    {"files", fuzz_files},         {"http", fuzz_http},     {"oci_program", fuzz_oci_program},
    {"replies", fuzz_replies},     {"run", fuzz_run},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

void promise_printable(std::string_view text, std::string_view what) {
  promise(invalid_utf8_at(text) == std::string_view::npos, what);
  for (const char c : text)
    promise(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f), what);
}

std::vector<std::string_view> parts_of(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n~~\n";
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = std::min(bytes.find(kBetween), bytes.size());
    parts.push_back(bytes.substr(0, end));
    if (end == bytes.size()) return parts;
    bytes.remove_prefix(end + kBetween.size());
  }
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace migledger::fuzz
