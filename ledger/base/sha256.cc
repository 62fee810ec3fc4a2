#include "ledger/base/sha256.h"

#include <openssl/sha.h>

#include <stdexcept>

#include "ledger/base/hex.h"

namespace migledger::ledger {

namespace {

// Digests are written in lower case only.
int value_of(char c) { return c >= 'A' && c <= 'F' ? -1 : hex_value(c); }

}  // namespace

// OpenSSL 3 deprecates these functions in favour of EVP, which costs as much again as hashing a node
// of a Merkle tree; and verifying a ledger does little else.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Digest sha256(std::span<const std::byte> a, std::span<const std::byte> b) {
  Digest digest;
  SHA256_CTX context;
  const bool ok = SHA256_Init(&context) == 1 && SHA256_Update(&context, a.data(), a.size()) == 1 &&
                  SHA256_Update(&context, b.data(), b.size()) == 1 &&
                  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context) == 1;
  if (!ok) throw std::runtime_error("computing SHA-256 failed");
  return digest;
}
#pragma GCC diagnostic pop

Digest sha256(std::span<const std::byte> bytes) { return sha256(bytes, {}); }

std::string to_hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const std::byte b : digest) {
    hex.push_back(kDigits[std::to_integer<unsigned>(b) >> 4]);
    hex.push_back(kDigits[std::to_integer<unsigned>(b) & 15]);
  }
  return hex;
}

std::optional<Digest> digest_from_hex(std::string_view hex) {
  Digest digest;
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = value_of(hex[2 * i]);
    const int low = value_of(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::byte>(high << 4 | low);
  }
  return digest;
}

}  // namespace migledger::ledger
