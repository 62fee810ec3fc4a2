// SHA-256 (FIPS 180-4) digests and their hexadecimal form.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace migledger::ledger {

using Digest = std::array<std::byte, 32>;

// The digest of the parts, one after the other.
Digest sha256(std::span<const std::byte> bytes);
Digest sha256(std::span<const std::byte> a, std::span<const std::byte> b);

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// 64 lower-case hexadecimal digits.
std::string to_hex(const Digest& digest);

// The digest of exactly 64 lower-case hexadecimal digits; nothing for any other text.
std::optional<Digest> digest_from_hex(std::string_view hex);

}  // namespace migledger::ledger
