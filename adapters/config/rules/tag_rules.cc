#include "adapters/config/rules/tag_rules.h"

#include <fmt/format.h>

#include <map>

#include "adapters/catalog/names.h"
#include "adapters/config/rules/check.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

// Where each "namespace.key" stands; OCI takes them without regard to letter case.
using Seen = std::map<std::string, std::string>;

void collect(const JsonNode& tags, const std::string& path, Seen& seen, Problems& problems) {
  Seen own;
  for (const JsonMember& space : tags.members)
    for (const JsonMember& tag : space.value.members) {
      const std::string at = join_path(join_path(path, space.key), tag.key);
      const std::string name = lower_case(space.key) + "." + lower_case(tag.key);
      const auto [first, added] = own.emplace(name, at);
      if (!added && first->second != at)
        problems.add(tag.key_offset, at,
                     fmt::format("is the same tag as {}: OCI takes no notice of letter case",
                                 first->second));
    }
  seen.insert(own.begin(), own.end());
}

}  // namespace

void check_tags(const MigrationSource& migration, Problems& problems) {
  Seen all;
  const JsonNode* last = nullptr;
  std::string where;
  if (const JsonNode* tags = migration.find("defined_tags"); tags && tags->kind == Kind::object) {
    where = migration.path_of("defined_tags");
    collect(*tags, where, all, problems);
    last = tags;
  }
  const JsonNode* options = migration.find("launch_options");
  const JsonNode* tags = options ? options->find("definedTags") : nullptr;
  if (tags && tags->kind == Kind::object) {
    where = migration.path_of("launch_options") + ".definedTags";
    collect(*tags, where, all, problems);
    last = tags;
  }
  if (all.size() > kMostDefinedTags)
    problems.add(last->offset, where,
                 fmt::format("expected at most {} defined tags in all, found {}", kMostDefinedTags,
                             all.size()));
}

}  // namespace migledger::adapters
