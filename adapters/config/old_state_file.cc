#include "adapters/config/old_state_file.h"

#include <algorithm>

#include "adapters/config/rules/check.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/text/json_node.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

constexpr std::size_t kMaxBytes = 1024 * 1024;

bool says_nothing(const JsonNode& value) {
  return value.kind == JsonNode::Kind::null ||
         (value.kind == JsonNode::Kind::string && value.text.empty());
}

// Takes away what claims nothing, nested values too.
void drop_silent_members(JsonNode& object) {
  std::erase_if(object.members, [](const JsonMember& m) { return says_nothing(m.value); });
  for (JsonMember& member : object.members) drop_silent_members(member.value);
}

JsonNode parse(const std::string& content, Problems& problems) {
  try {
    return parse_json(content);
  } catch (const JsonSyntaxError& e) {
    problems.add(e.offset, "", e.what());
    problems.throw_if_any();
    throw;
  }
}

}  // namespace

ledger::Fields read_old_state_file(const std::string& path, const ReadFile& read) {
  std::string content;
  try {
    content = read(path, kMaxBytes);
  } catch (const FileError& e) {
    if (e.missing) return {};
    throw ConfigError({Problem{printable(path), 0, 0, "", e.what()}});
  }

  Problems problems(path, content);
  JsonNode root = parse(content, problems);
  if (root.kind != JsonNode::Kind::object) {
    problems.add(root.offset, "", "expected an object, found " + describe(root));
    problems.throw_if_any();
  }
  drop_silent_members(root);
  const auto known = old_state_keys();
  std::erase_if(root.members, [&](const JsonMember& member) {
    return std::none_of(known.begin(), known.end(),
                        [&](const KeyRule& rule) { return rule.key == member.key; });
  });
  check_object(root, known, kNested, "", problems);

  const JsonNode* exported = root.find("image_export_complete");
  const bool claims_export = exported && exported->text == "true";
  if (claims_export && !root.find("source_image_id") && !root.find("target_image_id")) {
    problems.add(
        exported->offset, "image_export_complete",
        "claims an export, but \"source_image_id\" does not say of which image; add it, or "
        "remove this key");
  }
  problems.throw_if_any();

  ledger::Fields claims;
  const auto claim = [&](std::string_view field, std::string_view key) {
    if (const JsonNode* value = root.find(key)) claims.set(field, value->text);
  };
  claim("claimed_source_image_id", "source_image_id");
  claim("claimed_target_image_id", "target_image_id");
  claim("claimed_target_instance_id", "target_instance_id");
  if (claims_export) claims.set("claimed_export", "true");
  if (!claims.empty()) claims.set("claimed_from", path);
  return claims;
}

}  // namespace migledger::adapters
