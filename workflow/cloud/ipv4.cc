#include "workflow/cloud/ipv4.h"

#include <algorithm>
#include <charconv>

namespace migledger::workflow {

namespace {

std::optional<int> small_number(std::string_view text, int most) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, value);
  const bool is_figure = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!is_figure || text.size() > 3 || error != std::errc() || read != end || value > most ||
      (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t end = part < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = small_number(text.substr(0, end), 255);
    if (!value) return std::nullopt;
    address = address << 8 | static_cast<std::uint32_t>(*value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return address;
}

bool Cidr::contains(std::uint32_t address) const {
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  return (address & mask) == network;
}

bool Cidr::keeps(std::uint32_t address) const {
  const std::uint32_t size = bits == 0 ? 0 : std::uint32_t{1} << (32 - bits);
  const std::uint32_t offset = address - network;
  return offset <= 1 || offset == size - 1;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto network = parse_ipv4(text.substr(0, slash));
  const auto bits = small_number(text.substr(slash + 1), 32);
  if (!network || !bits) return std::nullopt;
  const Cidr cidr{*network, *bits};
  return cidr.contains(*network) ? std::optional(cidr) : std::nullopt;
}

}  // namespace migledger::workflow
