// IPv4 addresses and blocks of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace migledger::workflow {

// "10.0.0.5" as a number; nothing: it is no IPv4 address in decimal without leading zeros.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);

struct Cidr {
  std::uint32_t network = 0;
  int bits = 0;

  bool contains(std::uint32_t address) const;
  // OCI keeps the first two addresses of a subnet and the last for itself.
  bool keeps(std::uint32_t address) const;
};
// "10.0.0.0/16"; nothing: it is no IPv4 CIDR block.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace migledger::workflow
