// IPv6 addresses and prefixes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace migledger::workflow {

using Ipv6 = std::array<std::uint8_t, 16>;

// An address in any form of RFC 4291; nothing: it is none.
std::optional<Ipv6> parse_ipv6(std::string_view text);

struct Ipv6Prefix {
  Ipv6 network{};  // zero after the prefix
  int bits = 0;

  bool contains(const Ipv6& address) const;
  bool operator==(const Ipv6Prefix&) const = default;
};
// "2001:db8::/64"; bits set after the prefix mean nothing. Nothing: it is no IPv6 prefix.
std::optional<Ipv6Prefix> parse_ipv6_prefix(std::string_view text);

// Whether no interface can have it by a plan: unspecified, loopback, link-local and multicast.
bool is_unusable_ipv6(const Ipv6& address);

}  // namespace migledger::workflow
