// Signed notes: a text, and under it lines with signatures (https://c2sp.org/signed-note). Keys are
// Ed25519 (RFC 8032), written as Go's package golang.org/x/mod/sumdb/note writes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::ledger {

// Why `name` cannot name a key; empty when it can: it must be UTF-8 without spaces, control
// characters and "+", of 1 to 200 bytes.
std::string why_no_key_name(std::string_view name);

// The public half of a key.
struct VerifierKey {
  std::string name;
  std::array<std::byte, 32> key{};

  // The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), big-endian.
  std::uint32_t id() const;
  // "NAME+ID+BASE64", the id in hexadecimal, BASE64 of 0x01 ‖ key.
  std::string serialise() const;
  // Throws std::invalid_argument saying what is wrong with the text.
  static VerifierKey parse(std::string_view text);

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

// A key that signs. Its serialised form is secret.
class SigningKey {
 public:
  // Drawn from the system's generator. Throws std::invalid_argument for a name that is none.
  static SigningKey generate(std::string_view name);
  // Throws std::invalid_argument, without a word of the text in it.
  static SigningKey parse(std::string_view text);

  const VerifierKey& verifier() const { return verifier_; }
  // "PRIVATE+KEY+NAME+ID+BASE64", BASE64 of 0x01 ‖ the seed.
  std::string serialise() const;
  // The note: `text`, which must end in a newline, and a line with the signature.
  std::string sign(std::string_view text) const;

 private:
  SigningKey(VerifierKey verifier, std::array<std::byte, 32> seed)
      : verifier_(std::move(verifier)), seed_(seed) {}

  VerifierKey verifier_;
  std::array<std::byte, 32> seed_;
};

struct Note {
  struct Signature {
    std::string name;
    std::uint32_t id = 0;
    std::vector<std::byte> bytes;
  };
  std::string text;  // with its last newline
  std::vector<Signature> signatures;

  // Throws std::invalid_argument saying what is wrong with the note. Accepts one form only.
  static Note parse(std::string_view note);
};

enum class Signed {
  yes,
  by_others,  // no line is of this key
  wrong       // a line says that it is of this key, and it is not
};
Signed check_signature(const Note& note, const VerifierKey& key);

}  // namespace migledger::ledger
