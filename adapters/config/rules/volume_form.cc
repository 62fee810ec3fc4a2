#include "adapters/config/rules/volume_form.h"

#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/value_rules.h"

namespace migledger::adapters {

namespace {

using std::string_view;

bool is_volume_id(string_view text) {
  return is_ocid(text, "volume") || is_ocid(text, "bootvolume") || is_ocid(text, "volumegroup");
}
constexpr ValueRule kVolume = text_rule(
    R"(the OCID of a volume, boot volume or volume group ("ocid1.volume.oc1.…"))", is_volume_id);
constexpr ValueRule kName =
    text_rule("a name of 1 to 255 characters without control characters", is_display_name);
constexpr ValueRule kVolumeKey =
    text_rule(R"(the OCID of a key of the target region ("ocid1.key.oc1.…"))", is_key_id);
constexpr string_view kMethodWords[] = {"replicate", "backup"};
constexpr ValueRule kMethod = word_rule(R"("replicate" or "backup")", kMethodWords);

constexpr ValueRule kAttachTo =
    text_rule(R"(the OCID of an instance ("ocid1.instance.oc1.…"))", is_instance_id);
constexpr string_view kTypeWords[] = {"paravirtualized", "iscsi"};
constexpr ValueRule kType = word_rule(R"("paravirtualized" or "iscsi")", kTypeWords);
constexpr ValueRule kDevice =
    text_rule(R"("/dev/oracleoci/oraclevdb" to "oraclevdz", or "oraclevdaa" to "oraclevdag")",
              is_device_path);
constexpr ValueRule kReadOnly = boolean_rule();
constexpr KeyRule kAttachKeys[] = {{"instance_id", &kAttachTo},
                                   {"type", &kType},
                                   {"device", &kDevice},
                                   {"is_read_only", &kReadOnly}};
constexpr ValueRule kAttach =
    object_rule(R"(an object such as {"instance_id": "ocid1.instance.oc1.…"})", kAttachKeys);

}  // namespace

std::span<const KeyRule> volume_keys() {
  static const std::vector<KeyRule> keys = [] {
    std::vector<KeyRule> all = {{"source_volume_id", &kVolume, kOfMigration, true},
                                {"new_volume_name", &kName, kOfMigration},
                                {"method", &kMethod, kOfMigration},
                                {"target_kms_key_id", &kVolumeKey, kOfMigration},
                                {"attach", &kAttach, kOfMigration}};
    add_shared_keys(all, {"migration_bucket_name", "target_ad", "quiet_period_seconds"});
    return all;
  }();
  return keys;
}

void check_volume(const MigrationSource& migration, Problems& problems) {
  const auto add = [&](string_view key, std::string message) {
    add_problem(migration, key, std::move(message), problems);
  };
  const string_view volume = migration.text("source_volume_id");
  const JsonNode* attach = migration.find("attach");
  if (!attach) return;
  if (!attach->find("instance_id"))
    add("attach", "instance_id is missing; it says which instance of the target region is meant");
  if (is_volume_id(volume) && !is_ocid(volume, "volume"))
    add("attach", "only a block volume can be attached; leave this out");
}

ledger::Fields volume_fields(const MigrationSource& migration) {
  ledger::Fields fields;
  for (const char* key :
       {"source_region", "target_region", "source_compartment_id", "target_compartment_id",
        "migration_bucket_name", "source_volume_id", "target_ad"})
    fields.set(key, migration.text(key));
  fields.set("method", migration.find("method") ? migration.text("method") : "replicate");
  for (const char* key : {"new_volume_name", "target_kms_key_id"})
    if (migration.find(key)) fields.set(key, migration.text(key));
  for (const char* key : {"attach", "defined_tags", "freeform_tags", "quiet_period_seconds"})
    if (const JsonNode* value = migration.find(key)) fields.set(key, to_json(*value));
  return fields;
}

}  // namespace migledger::adapters
