#include "adapters/config/rules/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "adapters/config/rules/forms.h"
#include "adapters/config/text/nearest.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kShown = 60;

std::string found(const JsonNode& value, const ValueRule& rule) {
  constexpr std::string_view kKinds[] = {"null",     "true or false", "a number",
                                         "a string", "an array",      "an object"};
  if (!rule.hidden) return describe(value);
  return fmt::format("{} (not shown, it may be secret)", kKinds[static_cast<int>(value.kind)]);
}

std::string places(unsigned bits) {
  std::vector<std::string_view> names;
  if (bits & (kFlat | kTop)) names.push_back("the top level");
  if (bits & kDefaults) names.push_back("\"defaults\"");
  if (bits & kMigration) names.push_back("a migration");
  return fmt::format("{}", fmt::join(names, " or "));
}

std::string misplaced(const KeyRule& rule, Place place) {
  if (rule.key == "state_file_path")
    return "only a file with a single migration can take over an old state file";
  if (place == kFlat && rule.places == kMigration)
    return "only a plan of many (\"migrations\") can have it";
  const unsigned same_shape = place == kFlat ? kFlat : kTop | kDefaults | kMigration;
  return "does not stand here; move it to " + places(rule.places & same_shape);
}

std::string unknown_key(std::string_view key, std::span<const KeyRule> keys, Place place) {
  std::vector<std::string_view> known;
  for (const KeyRule& rule : keys)
    if (rule.places & place) known.push_back(rule.key);
  if (const std::string_view near = nearest(key, known); !near.empty())
    return fmt::format("unknown key; did you mean \"{}\"?", near);
  if (known.size() > 12) return "unknown key; README.md lists all keys";
  return fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
}

// A value that looks like a placeholder could not be told from one when a request is sent again.
bool imitates_placeholder(std::string_view text) {
  return text.find("${secret:") != std::string_view::npos;
}

constexpr std::string_view kNoPlaceholder = "\"${secret:\" is reserved for migledger's own use";

void check_string(const JsonNode& value, const ValueRule& rule, const std::string& path,
                  Problems& problems) {
  if (imitates_placeholder(value.text)) {
    problems.add(value.offset, path, std::string(kNoPlaceholder));
    return;
  }
  const bool fits = rule.words.empty() ? rule.accepts(value.text)
                                       : std::find(rule.words.begin(), rule.words.end(),
                                                   value.text) != rule.words.end();
  if (fits) return;
  std::string hint;
  if (const std::string_view near = nearest(value.text, rule.words); !near.empty())
    hint = fmt::format("; did you mean \"{}\"?", near);
  problems.add(value.offset, path,
               fmt::format("expected {}, found {}{}", rule.expected, found(value, rule), hint));
}

void check_number(const JsonNode& value, const ValueRule& rule, const std::string& path,
                  Problems& problems) {
  const std::optional<double> number = number_value(value.text);
  const bool fits = number && *number >= rule.least && *number <= rule.most &&
                    (!rule.whole || *number == std::floor(*number)) &&
                    (rule.step == 0 || std::fmod(*number, rule.step) == 0);
  if (!fits) {
    problems.add(value.offset, path,
                 fmt::format("expected {}, found {}", rule.expected, found(value, rule)));
  }
}

void check_count(std::size_t count, std::string_view what, const JsonNode& value,
                 const ValueRule& rule, const std::string& path, Problems& problems) {
  if (count < rule.fewest || count > rule.many) {
    problems.add(value.offset, path,
                 fmt::format("expected {}, found {} {}", rule.expected, count, what));
  }
}

void check_array(const JsonNode& value, const ValueRule& rule, const std::string& path,
                 Problems& problems) {
  check_count(value.items.size(), "items", value, rule, path, problems);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const JsonNode& item = value.items[i];
    const std::string item_path = fmt::format("{}[{}]", path, i);
    check_value(item, *rule.each, item_path, problems);
    if (rule.unique && !seen.insert(to_json(item)).second)
      problems.add(item.offset, item_path, fmt::format("{} is listed twice", describe(item)));
  }
}

// Reports a key that its object had before. Boost.JSON, like most, would let the last one win.
bool repeated(const JsonMember& member, std::unordered_set<std::string_view>& seen,
              const std::string& path, Problems& problems) {
  if (seen.insert(member.key).second) return false;
  problems.add(member.key_offset, path, "this key is given twice; keep one");
  return true;
}

void check_map(const JsonNode& value, const ValueRule& rule, const std::string& path,
               Problems& problems) {
  check_count(value.members.size(), "entries", value, rule, path, problems);
  std::unordered_set<std::string_view> seen;
  for (const JsonMember& member : value.members) {
    const std::string member_path = join_path(path, member.key);
    if (repeated(member, seen, member_path, problems)) continue;
    if (imitates_placeholder(member.key)) {
      problems.add(member.key_offset, path, std::string(kNoPlaceholder));
    } else if (!rule.accepts_key(member.key)) {
      problems.add(member.key_offset, path,
                   fmt::format("expected {}, found \"{}\"", rule.expected_key,
                               printable(member.key, kShown)));
    }
    check_value(member.value, *rule.each, member_path, problems);
  }
}

}  // namespace

std::string join_path(const std::string& path, std::string_view key) {
  const std::string shown = printable(key, kShown);
  return path.empty() ? shown : path + "." + shown;
}

std::string describe(const JsonNode& value) {
  switch (value.kind) {
    case Kind::string:
      if (value.text.find("://") < value.text.find('@') &&
          value.text.find('@') != std::string::npos)
        return "a URL with a user in it (not shown)";
      return "\"" + printable(value.text, kShown) + "\"";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
    case Kind::null:
    case Kind::boolean:
    case Kind::number:
      break;
  }
  return printable(value.text, kShown);
}

void check_object(const JsonNode& object, std::span<const KeyRule> keys, Place place,
                  const std::string& path, Problems& problems) {
  std::unordered_set<std::string_view> seen;
  for (const JsonMember& member : object.members) {
    const std::string member_path = join_path(path, member.key);
    if (repeated(member, seen, member_path, problems)) continue;
    const auto rule = std::find_if(keys.begin(), keys.end(),
                                   [&](const KeyRule& r) { return r.key == member.key; });
    if (rule == keys.end()) {
      problems.add(member.key_offset, member_path,
                   problems.full() ? "unknown key" : unknown_key(member.key, keys, place));
    } else if (!(rule->places & place)) {
      problems.add(member.key_offset, member_path, misplaced(*rule, place));
    } else {
      check_value(member.value, *rule->value, member_path, problems);
    }
  }
}

void check_value(const JsonNode& value, const ValueRule& rule, const std::string& path,
                 Problems& problems) {
  if (value.kind != rule.kind) {
    problems.add(value.offset, path,
                 fmt::format("expected {}, found {}", rule.expected, found(value, rule)));
    return;
  }
  switch (rule.kind) {
    case Kind::string:
      return check_string(value, rule, path, problems);
    case Kind::number:
      return check_number(value, rule, path, problems);
    case Kind::array:
      return check_array(value, rule, path, problems);
    case Kind::object:
      if (rule.accepts_key) return check_map(value, rule, path, problems);
      if (!rule.keys.empty()) return check_object(value, rule.keys, kNested, path, problems);
      return;
    case Kind::null:
    case Kind::boolean:
      return;
  }
}

}  // namespace migledger::adapters
