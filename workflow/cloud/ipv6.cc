#include "workflow/cloud/ipv6.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <string>

namespace migledger::workflow {

namespace {

Ipv6 masked(Ipv6 address, int bits) {
  for (int i = 0; i < 16; ++i) {
    const int kept = bits - 8 * i;
    if (kept >= 8) continue;
    const auto mask = kept <= 0 ? 0 : 0xFF << (8 - kept) & 0xFF;
    address[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(mask);
  }
  return address;
}

}  // namespace

std::optional<Ipv6> parse_ipv6(std::string_view text) {
  in6_addr parsed{};
  if (text.find('\0') != std::string_view::npos ||
      inet_pton(AF_INET6, std::string(text).c_str(), &parsed) != 1)
    return std::nullopt;
  Ipv6 address;
  std::memcpy(address.data(), &parsed, address.size());
  return address;
}

bool Ipv6Prefix::contains(const Ipv6& address) const { return masked(address, bits) == network; }

std::optional<Ipv6Prefix> parse_ipv6_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv6(text.substr(0, slash));
  const std::string_view figures = text.substr(slash + 1);
  int bits = 0;
  const char* const end = figures.data() + figures.size();
  const auto [read, error] = std::from_chars(figures.data(), end, bits);
  if (!address || figures.empty() || figures.size() > 3 || error != std::errc() || read != end ||
      bits < 0 || bits > 128)
    return std::nullopt;
  return Ipv6Prefix{masked(*address, bits), bits};
}

bool is_unusable_ipv6(const Ipv6& address) {
  const bool is_link_local = address[0] == 0xFE && (address[1] & 0xC0) == 0x80;
  // "::" and "::1".
  const bool is_own = Ipv6Prefix{{}, 127}.contains(address);
  return address[0] == 0xFF || is_link_local || is_own;
}

}  // namespace migledger::workflow
