#include "ledger/base/decimal.h"

#include <charconv>
#include <system_error>

namespace migledger::ledger {

std::optional<std::uint64_t> decimal(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most)
    return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return number;
}

}  // namespace migledger::ledger
