#include "adapters/config/rules/storage_form.h"

#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/value_rules.h"

namespace migledger::adapters {

namespace {

using std::string_view;

constexpr ValueRule kSourceBucket =
    text_rule(R"(a bucket name: 1 to 256 letters, digits, "-", "_" and ".")", is_bucket_name);
constexpr ValueRule kTargetKey =
    text_rule(R"(the OCID of a key of the target region ("ocid1.key.oc1.…"))", is_key_id);
constexpr ValueRule kCopies = whole_rule("a whole number from 1 to 256", 1, 256);

}  // namespace

std::span<const KeyRule> storage_keys() {
  static const std::vector<KeyRule> keys = [] {
    std::vector<KeyRule> all = {{"source_bucket_name", &kSourceBucket, kOfMigration, true},
                                {"target_kms_key_id", &kTargetKey, kOfMigration},
                                {"copy_parallel", &kCopies, kOfMigration}};
    add_shared_keys(all, {"target_bucket_name"});
    return all;
  }();
  return keys;
}

ledger::Fields storage_fields(const MigrationSource& migration) {
  ledger::Fields fields;
  for (const char* key : {"source_region", "target_region", "source_compartment_id",
                          "target_compartment_id", "source_bucket_name"})
    fields.set(key, migration.text(key));
  fields.set("target_bucket_name", migration.find("target_bucket_name")
                                       ? migration.text("target_bucket_name")
                                       : migration.text("source_bucket_name"));
  const JsonNode* copies = migration.find("copy_parallel");
  fields.set("copy_parallel", copies ? number_text(*number_value(copies->text)) : "16");
  if (migration.find("target_kms_key_id"))
    fields.set("target_kms_key_id", migration.text("target_kms_key_id"));
  for (const char* key : {"defined_tags", "freeform_tags"})
    if (const JsonNode* tags = migration.find(key)) fields.set(key, to_json(*tags));
  return fields;
}

}  // namespace migledger::adapters
