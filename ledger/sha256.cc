#include "ledger/sha256.h"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace migledger::ledger {

namespace {

class Hasher {
 public:
  Hasher() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (md_ == nullptr || context_ == nullptr) {
      release();
      throw std::runtime_error("the crypto library offers no SHA-256");
    }
  }
  ~Hasher() { release(); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Digest hash(std::span<const std::byte> a, std::span<const std::byte> b) {
    Digest digest;
    const bool ok =
        EVP_DigestInit_ex2(context_, md_, nullptr) == 1 &&
        EVP_DigestUpdate(context_, a.data(), a.size()) == 1 &&
        EVP_DigestUpdate(context_, b.data(), b.size()) == 1 &&
        EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1;
    if (!ok) throw std::runtime_error("computing SHA-256 failed");
    return digest;
  }

 private:
  void release() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(md_);
  }

  EVP_MD* md_;
  EVP_MD_CTX* context_;
};

int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Digest sha256(std::span<const std::byte> a, std::span<const std::byte> b) {
  thread_local Hasher hasher;
  return hasher.hash(a, b);
}

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
