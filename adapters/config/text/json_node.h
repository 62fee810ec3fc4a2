// JSON that knows where it stands in its file, so that an error can say line and column.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::adapters {

struct JsonMember;

struct JsonNode {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::size_t offset = 0;           // of its first byte in the file
  std::string text;                 // a string decoded; a number, true, false, null as written
  std::vector<JsonNode> items;      // of an array
  std::vector<JsonMember> members;  // of an object, in the order of the file, repeated keys too

  // The first member of that key, or nullptr.
  const JsonNode* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  std::size_t key_offset = 0;
  JsonNode value;
};

class JsonSyntaxError : public std::runtime_error {
 public:
  JsonSyntaxError(std::size_t offset, const std::string& what)
      : std::runtime_error(what), offset(offset) {}
  const std::size_t offset;  // in bytes
};

// Reads one JSON text (RFC 8259) in UTF-8; a byte order mark is skipped. Throws JsonSyntaxError,
// also for more than 32 levels and for more than 1,000,000 values.
JsonNode parse_json(std::string_view text);

// Compact JSON with the keys of objects in order, so that equal values give equal texts; numbers
// stay as written.
std::string to_json(const JsonNode& node);

// `text` as a JSON string, with its quotes.
std::string to_json_string(std::string_view text);

}  // namespace migledger::adapters
