#include "ledger/merkle/signed_note.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>

#include "ledger/base/base64.h"
#include "ledger/base/sha256.h"
#include "ledger/base/utf8.h"

namespace migledger::ledger {

namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostSignatures = 100;
constexpr std::byte kEd25519{0x01};
constexpr std::string_view kDash = "\u2014 ";  // em dash, space
constexpr std::string_view kSecret = "PRIVATE+KEY+";

using KeyBytes = std::array<std::byte, 32>;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

template <typename Byte>
auto* raw(Byte* bytes) {
  using Out = std::conditional_t<std::is_const_v<Byte>, const unsigned char, unsigned char>;
  return reinterpret_cast<Out*>(bytes);
}

[[noreturn]] void crypto_failed(const char* what) {
  throw std::runtime_error(std::string("the crypto library could not ") + what);
}

Pkey owned(EVP_PKEY* key, const char* what) {
  if (key == nullptr) crypto_failed(what);
  return {key, &EVP_PKEY_free};
}

Pkey private_key(const KeyBytes& seed) {
  return owned(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.data()), seed.size()),
      "use a private key");
}

KeyBytes public_half(EVP_PKEY* key) {
  KeyBytes half;
  std::size_t size = half.size();
  if (EVP_PKEY_get_raw_public_key(key, raw(half.data()), &size) != 1 || size != half.size())
    crypto_failed("make a public key");
  return half;
}

std::string hex_of(std::uint32_t id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (int shift = 28; shift >= 0; shift -= 4) hex.push_back(kDigits[id >> shift & 15]);
  return hex;
}

std::string encoded(const KeyBytes& key) {
  std::vector<std::byte> bytes{kEd25519};
  bytes.insert(bytes.end(), key.begin(), key.end());
  return to_base64(bytes);
}

struct Parts {
  std::string_view name;
  std::string_view id;
  KeyBytes key;
};

// "NAME+ID+BASE64".
Parts split(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos) throw std::invalid_argument("it is not of the form NAME+ID+BASE64");
  Parts parts{text.substr(0, first), text.substr(first + 1, second - first - 1), {}};
  if (const std::string why = why_no_key_name(parts.name); !why.empty())
    throw std::invalid_argument(why);
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->empty()) throw std::invalid_argument("its last part is not base64");
  if (bytes->front() != kEd25519 || bytes->size() != 1 + parts.key.size())
    throw std::invalid_argument("it is not an Ed25519 key");
  std::copy(bytes->begin() + 1, bytes->end(), parts.key.begin());
  return parts;
}

// A space by Unicode, beyond ASCII.
bool is_wide_space(std::string_view character) {
  static constexpr std::string_view kSpaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                                 "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                                 "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                                 "\u2029", "\u202f", "\u205f", "\u3000"};
  return std::any_of(std::begin(kSpaces), std::end(kSpaces),
                     [&](std::string_view space) { return character.starts_with(space); });
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::string why_no_key_name(std::string_view name) {
  if (name.empty()) return "the name of a key is empty";
  if (name.size() > kLongestName)
    return "the name of a key has more than " + std::to_string(kLongestName) + " bytes";
  if (invalid_utf8_at(name) != name.npos) return "the name of a key is not UTF-8";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (c == '+') return "the name of a key has a \"+\"";
    if (c <= ' ' || c == 0x7f || is_wide_space(name.substr(i)))
      return "the name of a key has a space or control character";
  }
  return {};
}

std::uint32_t VerifierKey::id() const {
  std::string named = name + "\n";
  named.push_back(static_cast<char>(kEd25519));
  const Digest digest = sha256(bytes_of(named), key);
  std::uint32_t id = 0;
  for (int i = 0; i < 4; ++i) id = id << 8 | std::to_integer<std::uint32_t>(digest[i]);
  return id;
}

std::string VerifierKey::serialise() const {
  return name + "+" + hex_of(id()) + "+" + encoded(key);
}

VerifierKey VerifierKey::parse(std::string_view text) {
  if (text.starts_with(kSecret))
    throw std::invalid_argument("it is a private key; give the public one");
  const Parts parts = split(text);
  VerifierKey key{std::string(parts.name), parts.key};
  if (hex_of(key.id()) != parts.id)
    throw std::invalid_argument("its id does not fit its name and key");
  return key;
}

SigningKey SigningKey::generate(std::string_view name) {
  if (const std::string why = why_no_key_name(name); !why.empty()) throw std::invalid_argument(why);
  const Pkey key = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "draw a key");
  KeyBytes seed;
  std::size_t size = seed.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), raw(seed.data()), &size) != 1 || size != seed.size())
    crypto_failed("draw a key");
  return {VerifierKey{std::string(name), public_half(key.get())}, seed};
}

SigningKey SigningKey::parse(std::string_view text) {
  if (!text.starts_with(kSecret))
    throw std::invalid_argument("it is not a private key (PRIVATE+KEY+NAME+ID+BASE64)");
  const Parts parts = split(text.substr(kSecret.size()));
  VerifierKey verifier{std::string(parts.name), public_half(private_key(parts.key).get())};
  if (hex_of(verifier.id()) != parts.id)
    throw std::invalid_argument("its id does not fit its name and key");
  return {std::move(verifier), parts.key};
}

std::string SigningKey::serialise() const {
  return std::string(kSecret) + verifier_.name + "+" + hex_of(verifier_.id()) + "+" +
         encoded(seed_);
}

std::string SigningKey::sign(std::string_view text) const {
  const Pkey key = private_key(seed_);
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::vector<std::byte> bytes(4 + 64);
  std::size_t size = bytes.size() - 4;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), raw(bytes.data() + 4), &size, raw(text.data()), text.size()) !=
          1 ||
      size != bytes.size() - 4)
    crypto_failed("sign");
  for (int i = 0; i < 4; ++i)
    bytes[i] = static_cast<std::byte>(verifier_.id() >> (24 - 8 * i) & 0xff);
  return std::string(text) + "\n" + std::string(kDash) + verifier_.name + " " + to_base64(bytes) +
         "\n";
}

Note Note::parse(std::string_view note) {
  if (invalid_utf8_at(note) != note.npos) throw std::invalid_argument("it is not UTF-8");
  if (std::any_of(note.begin(), note.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }))
    throw std::invalid_argument("it has a control character");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos || !note.ends_with('\n'))
    throw std::invalid_argument("it has no blank line followed by signatures");
  Note parsed;
  parsed.text = note.substr(0, blank + 1);
  std::string_view lines = note.substr(blank + 2);
  if (lines.empty()) throw std::invalid_argument("it has no signature");
  while (!lines.empty()) {
    std::string_view line = take_line(lines);
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with(kDash) || space < kDash.size())
      throw std::invalid_argument("a line after its blank line is no signature");
    Signature signature;
    signature.name = line.substr(kDash.size(), space - kDash.size());
    const auto bytes = from_base64(line.substr(space + 1));
    if (!why_no_key_name(signature.name).empty() || !bytes || bytes->size() < 5)
      throw std::invalid_argument("a line after its blank line is no signature");
    for (int i = 0; i < 4; ++i)
      signature.id = signature.id << 8 | std::to_integer<std::uint32_t>((*bytes)[i]);
    signature.bytes.assign(bytes->begin() + 4, bytes->end());
    if (parsed.signatures.size() == kMostSignatures)
      throw std::invalid_argument("it has too many signatures");
    parsed.signatures.push_back(std::move(signature));
  }
  return parsed;
}

Signed check_signature(const Note& note, const VerifierKey& key) {
  Signed found = Signed::by_others;
  for (const auto& signature : note.signatures) {
    if (signature.name != key.name || signature.id != key.id()) continue;
    const Pkey half = owned(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.key.data()), key.key.size()),
        "use a public key");
    const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, half.get()) != 1)
      crypto_failed("check a signature");
    if (EVP_DigestVerify(context.get(), raw(signature.bytes.data()), signature.bytes.size(),
                         raw(note.text.data()), note.text.size()) != 1)
      return Signed::wrong;
    found = Signed::yes;
  }
  return found;
}

}  // namespace migledger::ledger
