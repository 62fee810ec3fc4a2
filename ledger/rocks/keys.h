// The keys of the database (FORMAT.md, "Database"). Integers are big-endian, so that keys sort as
// the numbers do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migledger::ledger::keys {

// Column family of everything that can be derived from the events.
inline constexpr char kIndexFamily[] = "index";

// First byte of a key of the index.
inline constexpr char kStreamTag = 's';
inline constexpr char kNameTag = 'n';
inline constexpr char kSearchTag = 'f';
// How far the search index reaches. Sorts before its entries.
inline constexpr std::string_view kSearchProgress = "f";
inline constexpr char kTileTag = 't';  // merkle_tiles.h
// Present while the index is being rebuilt: what is there then is not whole.
inline constexpr std::string_view kRebuilding = "r";

inline void append_number(std::string& to, std::uint64_t n) {
  for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(n >> shift & 0xff));
}

inline std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t n = 0;
  for (std::size_t i = at; i < at + 8; ++i) n = n << 8 | static_cast<unsigned char>(bytes[i]);
  return n;
}

// Eight bytes: the key of an event, and the value of every entry of the index.
inline std::string number(std::uint64_t n) {
  std::string key;
  append_number(key, n);
  return key;
}

// Nothing when there are not exactly eight bytes.
inline std::optional<std::uint64_t> read_number(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return number_at(bytes, 0);
}

inline std::string stream(std::uint64_t stream, std::uint64_t version) {
  std::string key(1, kStreamTag);
  key.reserve(17);
  append_number(key, stream);
  append_number(key, version);
  return key;
}

struct StreamKey {
  std::uint64_t stream = 0;
  std::uint64_t version = 0;
};

// Nothing when it is not the key of an event of a stream.
inline std::optional<StreamKey> read_stream(std::string_view key) {
  if (key.size() != 17 || key[0] != kStreamTag) return std::nullopt;
  return StreamKey{number_at(key, 1), number_at(key, 9)};
}

inline std::string name(std::string_view migration) {
  return std::string(1, kNameTag).append(migration);
}

}  // namespace migledger::ledger::keys
