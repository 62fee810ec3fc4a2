// Values that must never reach the ledger, a log or a process list. They live in memory; what is
// recorded in their place is a placeholder:
//
//   ${secret:NAME:hmac:KEYID:HEX}  of a configuration. HEX: HMAC-SHA-256 (RFC 2104), with a key
//                                  that never leaves the machine, over the migration's name, NAME and
//                                  the value, each preceded by its length (8 bytes, big-endian).
//                                  KEYID: the first 8 digits of the SHA-256 of the key. Whoever has
//                                  the ledger, and not the key, cannot try values out.
//   ${secret:NAME:ref:KEY}         handed out by the cloud to the attempt with that idempotency
//                                  key.
//   ${secret:NAME:sha256:HEX}      in ledgers of versions before: a plain digest of the value.
//   ${secret:NAME:new:N}           not recorded: a secret of a plan that is not sealed yet.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace migledger::workflow {

inline constexpr std::string_view kSecretOpening = "${secret:";

// The metadata of an instance whose values are for everybody to see; all other values are secret.
bool is_public_metadata(std::string_view key);

// The bytes that `text` takes once its secrets are sealed.
std::size_t sealed_size(std::string_view text);

// How a recorded text that stands for a secret shows it: as it is, or as a plain digest that can be
// tried out. Nothing: not at all.
enum class Exposure { none, plain_digest, clear };
Exposure exposure_of(std::string_view recorded);

class SecretKey {
 public:
  using Bytes = std::array<std::byte, 32>;

  explicit SecretKey(const Bytes& bytes);

  const std::string& id() const { return id_; }
  std::string placeholder(std::string_view migration, std::string_view name,
                          std::string_view value) const;

 private:
  Bytes bytes_;
  std::string id_;
};

// `text` with each placeholder in it replaced by what `f` makes of it; nothing: it stays.
std::string map_placeholders(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view placeholder)>& f);

class Secrets {
 public:
  // Takes a secret in; returns a placeholder that is good until it is sealed.
  std::string add(std::string_view name, std::string_view value);

  // The placeholder, in a plan, of a secret that add() gave one, as it is to be recorded for that
  // migration. Any other placeholder stays as it is.
  std::string seal(std::string_view placeholder, std::string_view migration, const SecretKey& key);

  // Takes in what the cloud handed out.
  void keep(std::string placeholder, std::string value);

  // The value behind a placeholder, also one that an earlier run recorded. Null: it is another one,
  // or none that can be known here.
  const std::string* value_of(std::string_view placeholder) const;

  enum class Likeness {
    same,
    different,
    unknown,  // recorded with another key: nobody here can tell
  };
  // How the value behind `recorded` is to the one behind `planned`, which is known.
  Likeness compare(std::string_view recorded, std::string_view planned) const;

  // `text` with every placeholder filled in as the inside of a JSON string (escaped). Nothing when
  // a placeholder has no value here: then the request cannot be sent again as it was.
  std::optional<std::string> fill(std::string_view text) const;

  // `text` without the values, as they are or encoded, that `request` was filled with: for what is
  // said in reply, which may repeat them. Values of less than four bytes stay, since they could be
  // part of anything.
  std::string hide(std::string_view text, std::string_view request) const;

  bool empty() const { return values_.empty(); }
  // Calls f(name, value) for each secret.
  void for_each(const std::function<void(std::string_view, std::string_view)>& f) const;

 private:
  struct Value {
    std::string name;
    std::string value;
  };
  std::map<std::string, Value, std::less<>> values_;  // by placeholder
  std::string key_id_;                                // of the key that they are sealed with
  unsigned added_ = 0;
};

}  // namespace migledger::workflow
