#include "adapters/config/text/json_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "ledger/base/utf8.h"

namespace migledger::adapters {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxValues = 1'000'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Finds where tokens begin. Boost.JSON reports values but not their places; as it reports each
// token once and in order, walking along the same text is enough.
class TokenWalk {
 public:
  TokenWalk(std::string_view text, std::size_t begin) : text_(text), at_(begin) {}

  // The offset of the next token; moves behind it.
  std::size_t next() {
    at_ = text_.find_first_not_of(" \t\r\n,:", at_);
    const std::size_t begin = at_;
    const char first = text_[at_++];
    if (first == '"') {
      while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
      ++at_;
    } else if (std::string_view("{}[]").find(first) == std::string_view::npos) {
      at_ = std::min(text_.find_first_of(" \t\r\n,:]}", at_), text_.size());
    }
    return begin;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

// The handler that Boost.JSON's parser calls (boost::json::basic_parser, "Handler").
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = kMaxValues;
  static constexpr std::size_t max_array_size = kMaxValues;
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  TreeBuilder(std::string_view text, std::size_t begin) : walk_(text, begin) {}

  JsonNode root;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(JsonNode::Kind::object); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code&) { return open(JsonNode::Kind::array); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    keep(part);
    JsonMember& member = open_.back()->members.emplace_back();
    member.key_offset = walk_.next();
    member.key.swap(pending_);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    keep(part);
    add(JsonNode::Kind::string).text.swap(pending_);
    return true;
  }
  bool on_number_part(json::string_view part, json::error_code&) { return keep(part); }
  bool on_int64(std::int64_t, json::string_view part, json::error_code&) { return number(part); }
  bool on_uint64(std::uint64_t, json::string_view part, json::error_code&) { return number(part); }
  bool on_double(double, json::string_view part, json::error_code&) { return number(part); }
  bool on_bool(bool value, json::error_code&) {
    add(JsonNode::Kind::boolean).text = value ? "true" : "false";
    return true;
  }
  bool on_null(json::error_code&) {
    add(JsonNode::Kind::null).text = "null";
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool keep(json::string_view part) {
    pending_.append(part.data(), part.size());
    return true;
  }

  bool number(json::string_view part) {
    keep(part);
    add(JsonNode::Kind::number).text.swap(pending_);
    return true;
  }

  JsonNode& add(JsonNode::Kind kind) {
    const std::size_t offset = walk_.next();
    if (++values_ > kMaxValues)
      throw JsonSyntaxError(offset, fmt::format("more than {} values; split the file", kMaxValues));
    JsonNode* node = &root;
    if (!open_.empty() && open_.back()->kind == JsonNode::Kind::array)
      node = &open_.back()->items.emplace_back();
    if (!open_.empty() && open_.back()->kind == JsonNode::Kind::object)
      node = &open_.back()->members.back().value;
    node->kind = kind;
    node->offset = offset;
    return *node;
  }

  // Pointers in `open_` stay good: a node's siblings are added only after it was closed.
  bool open(JsonNode::Kind kind) {
    open_.push_back(&add(kind));
    return true;
  }

  bool close() {
    walk_.next();
    open_.pop_back();
    return true;
  }

  TokenWalk walk_;
  std::string pending_;
  std::vector<JsonNode*> open_;
  std::size_t values_ = 0;
};

std::string explain(const json::error_code& error, bool at_end) {
  if (error == json::error::too_deep) return fmt::format("more than {} levels deep", kMaxDepth);
  if (error == json::error::extra_data) return "something stands after the end of the JSON value";
  if (error == json::error::incomplete || at_end)
    return "the JSON ends too early: a bracket, brace or quote is not closed";
  if (error == json::error::syntax)
    return "not JSON here: look for a missing or extra comma, quote, brace or a comment";
  return "not JSON: " + error.message();
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsonMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

JsonNode parse_json(std::string_view text) {
  const std::size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (const std::size_t bad = invalid_utf8_at(text); bad != std::string_view::npos) {
    throw JsonSyntaxError(bad, fmt::format("byte 0x{:02x} at offset {} is not UTF-8; save the file "
                                           "as UTF-8",
                                           static_cast<unsigned char>(text[bad]), bad));
  }
  const std::string_view body = text.substr(skipped);
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw JsonSyntaxError(0, "the file is empty");

  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<TreeBuilder> parser(options, text, skipped);
  json::error_code error;
  const std::size_t read = parser.write_some(false, body.data(), body.size(), error);
  const std::size_t at = std::min(body.find_first_not_of(" \t\r\n", read), body.size());
  if (!error && at < body.size()) error = json::error::extra_data;
  if (error) throw JsonSyntaxError(skipped + at, explain(error, at == body.size()));
  return std::move(parser.handler().root);
}

std::string to_json_string(std::string_view text) {
  return json::serialize(json::string(text.data(), text.size()));
}

std::string to_json(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::null:
    case JsonNode::Kind::boolean:
    case JsonNode::Kind::number:
      return node.text;
    case JsonNode::Kind::string:
      return to_json_string(node.text);
    case JsonNode::Kind::array: {
      std::string out = "[";
      for (const JsonNode& item : node.items) {
        if (out.size() > 1) out += ',';
        out += to_json(item);
      }
      return out + "]";
    }
    case JsonNode::Kind::object:
      break;
  }
  std::vector<const JsonMember*> sorted;
  for (const JsonMember& member : node.members) sorted.push_back(&member);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const JsonMember* a, const JsonMember* b) { return a->key < b->key; });
  std::string out = "{";
  for (const JsonMember* member : sorted) {
    if (out.size() > 1) out += ',';
    out += to_json_string(member->key) + ":" + to_json(member->value);
  }
  return out + "}";
}

}  // namespace migledger::adapters
