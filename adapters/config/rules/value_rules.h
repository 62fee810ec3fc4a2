// The words in which tables of keys say what a value must be.
#pragma once

#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/rules.h"

namespace migledger::adapters {

// Where a key of a migration may stand.
inline constexpr unsigned kOfMigration = kFlat | kDefaults | kMigration;

inline bool is_key_id(std::string_view text) { return is_ocid(text, "key"); }
inline bool is_instance_id(std::string_view text) { return is_ocid(text, "instance"); }

constexpr ValueRule text_rule(std::string_view expected, bool (*accepts)(std::string_view)) {
  ValueRule rule;
  rule.expected = expected;
  rule.accepts = accepts;
  return rule;
}

constexpr ValueRule word_rule(std::string_view expected, std::span<const std::string_view> words) {
  ValueRule rule;
  rule.expected = expected;
  rule.words = words;
  return rule;
}

constexpr ValueRule number_rule(std::string_view expected, double least, double most) {
  ValueRule rule;
  rule.kind = JsonNode::Kind::number;
  rule.expected = expected;
  rule.least = least;
  rule.most = most;
  return rule;
}

constexpr ValueRule whole_rule(std::string_view expected, double least, double most) {
  ValueRule rule = number_rule(expected, least, most);
  rule.whole = true;
  return rule;
}

constexpr ValueRule step_rule(std::string_view expected, double least, double most, double step) {
  ValueRule rule = whole_rule(expected, least, most);
  rule.step = step;
  return rule;
}

constexpr ValueRule list_rule(std::string_view expected, const ValueRule* each, std::size_t fewest,
                              std::size_t many) {
  ValueRule rule;
  rule.kind = JsonNode::Kind::array;
  rule.expected = expected;
  rule.each = each;
  rule.fewest = fewest;
  rule.many = many;
  rule.unique = true;
  return rule;
}

constexpr ValueRule map_rule(std::string_view expected, bool (*accepts_key)(std::string_view),
                             std::string_view expected_key, const ValueRule* each) {
  ValueRule rule;
  rule.kind = JsonNode::Kind::object;
  rule.expected = expected;
  rule.accepts_key = accepts_key;
  rule.expected_key = expected_key;
  rule.each = each;
  return rule;
}

constexpr ValueRule map_rule(std::string_view expected, bool (*accepts_key)(std::string_view),
                             std::string_view expected_key, const ValueRule* each,
                             std::size_t many) {
  ValueRule rule = map_rule(expected, accepts_key, expected_key, each);
  rule.many = many;
  return rule;
}

constexpr ValueRule object_rule(std::string_view expected, std::span<const KeyRule> keys) {
  ValueRule rule;
  rule.kind = JsonNode::Kind::object;
  rule.expected = expected;
  rule.keys = keys;
  return rule;
}

constexpr ValueRule boolean_rule() {
  ValueRule rule;
  rule.kind = JsonNode::Kind::boolean;
  rule.expected = "true or false";
  return rule;
}

// ---- tags ---------------------------------------------------------------------------------------

inline constexpr ValueRule kTagValue =
    text_rule("a string of up to 256 characters without control characters", is_tag_value);
inline constexpr ValueRule kDefinedTagNamespace = map_rule(
    "an object of strings", is_tag_name,
    R"(the name of a defined tag: 1 to 100 ASCII characters without space and ".")", &kTagValue);
inline constexpr ValueRule kDefinedTags =
    map_rule(R"(an object such as {"Operations": {"CostCenter": "42"}})", is_tag_name,
             R"(the name of a tag namespace: 1 to 100 ASCII characters without space and ".")",
             &kDefinedTagNamespace);

}  // namespace migledger::adapters
