#include "workflow/decide/plan_diff.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <span>

namespace migledger::workflow {

namespace {

namespace json = boost::json;

enum class Compare { as_text, as_json };

struct FieldRule {
  std::string_view field;
  std::string_view affects;
  Compare compare;
};

// Checks only read and can be repeated, so a field counts from the first step that leaves a trace
// in the cloud. The exception is what names the source: with another source it is another
// migration.
constexpr FieldRule kRules[] = {
    {"source_region", "check-source", Compare::as_text},
    {"source_compartment_id", "check-source", Compare::as_text},
    {"source_instance_id", "check-source", Compare::as_text},
    {"migration_bucket_name", "claim-source", Compare::as_text},
    {"new_image_name", "create-image", Compare::as_text},
    {"freeform_tags", "create-image", Compare::as_json},
    {"defined_tags", "create-image", Compare::as_json},
    {"target_region", "create-bucket", Compare::as_text},
    {"target_compartment_id", "create-bucket", Compare::as_text},
    {"target_bucket_name", "create-bucket", Compare::as_text},
    {"transfer", "sweep-export-par", Compare::as_text},
    {"target_ad", "launch-instance", Compare::as_text},
    {"further_ads", "launch-instance", Compare::as_json},
    {"fault_domains", "launch-instance", Compare::as_json},
    {"target_subnet_id", "launch-instance", Compare::as_text},
    {"target_instance_shape", "launch-instance", Compare::as_text},
    {"shape_config", "launch-instance", Compare::as_json},
    {"new_instance_name", "launch-instance", Compare::as_text},
    {"metadata", "launch-instance", Compare::as_json},
    {"ssh_authorized_keys", "launch-instance", Compare::as_text},
    {"launch_options", "launch-instance", Compare::as_json},
    {"volumes", "enable-replica", Compare::as_text},
    {"allow_source_downtime", "", Compare::as_text},
    {"keep_imported_image", "", Compare::as_text},
    {"keep_source_boot_volume", "", Compare::as_text},
    {"quiet_period_seconds", "", Compare::as_json},
    {"depends_on", "", Compare::as_json},
    {"poll_interval_seconds", "", Compare::as_json},
    {"retry", "", Compare::as_json},
    {"settle_seconds", "", Compare::as_json},
    {"timeouts", "", Compare::as_json},
};

// Where volumes are moved along, a replica comes before the rest.
constexpr FieldRule kCarriedRules[] = {
    {"target_ad", "enable-replica", Compare::as_text},
    {"target_region", "enable-replica", Compare::as_text},
};

// Where a volume is moved for itself.
constexpr FieldRule kVolumeRules[] = {
    {"source_volume_id", "check-source", Compare::as_text},
    {"method", "enable-replica", Compare::as_text},
    {"target_ad", "enable-replica", Compare::as_text},
    {"target_region", "enable-replica", Compare::as_text},
    {"target_kms_key_id", "enable-replica", Compare::as_text},
    {"freeform_tags", "create-backup", Compare::as_json},
    {"defined_tags", "create-backup", Compare::as_json},
    {"target_compartment_id", "create-volume", Compare::as_text},
    {"new_volume_name", "create-volume", Compare::as_text},
    {"attach", "attach-volume", Compare::as_json},
};

// Where a bucket is replicated.
constexpr FieldRule kBucketRules[] = {
    {"source_bucket_name", "check-source", Compare::as_text},
    {"target_kms_key_id", "create-bucket", Compare::as_text},
    {"freeform_tags", "create-bucket", Compare::as_json},
    {"defined_tags", "create-bucket", Compare::as_json},
    {"copy_parallel", "", Compare::as_json},
};

constexpr FieldRule kUnknownField = {"", "check-source", Compare::as_text};

const FieldRule* find(std::span<const FieldRule> rules, std::string_view field) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const FieldRule& rule) { return rule.field == field; });
  return found == rules.end() ? nullptr : &*found;
}

// The rules that go before the others for a migration of that plan.
std::span<const FieldRule> rules_first(const ledger::Fields& plan) {
  if (plan.has("source_volume_id")) return kVolumeRules;
  if (plan.has("source_bucket_name")) return kBucketRules;
  const auto volumes = plan.get("volumes");
  if (!volumes.empty() && volumes != "none") return kCarriedRules;
  return {};
}

const FieldRule& rule_of(std::string_view field, const ledger::Fields& plan) {
  if (const auto* rule = find(rules_first(plan), field)) return *rule;
  const auto* rule = find(kRules, field);
  return rule ? *rule : kUnknownField;
}

// Boost.JSON holds 1 and 1.0 to be different.
bool same_value(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
    return a == b;
  }
  if (a.is_array() && b.is_array()) {
    return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(),
                      b.get_array().end(), same_value);
  }
  if (a.is_object() && b.is_object()) {
    const json::object& x = a.get_object();
    const json::object& y = b.get_object();
    return x.size() == y.size() &&
           std::all_of(x.begin(), x.end(), [&](const json::key_value_pair& member) {
             const json::value* other = y.if_contains(member.key());
             return other != nullptr && same_value(member.value(), *other);
           });
  }
  return a == b;
}

bool same(const FieldRule& rule, std::string_view before, std::string_view now) {
  if (before == now) return true;
  if (rule.compare == Compare::as_text) return false;
  json::error_code unreadable_before;
  json::error_code unreadable_now;
  const json::value a = json::parse({before.data(), before.size()}, unreadable_before);
  const json::value b = json::parse({now.data(), now.size()}, unreadable_now);
  return !unreadable_before && !unreadable_now && same_value(a, b);
}

using FieldMap = std::map<std::string, std::string, std::less<>>;

FieldMap comparable(const PlannedMigration& migration) {
  FieldMap out;
  migration.fields.for_each([&](std::string_view name, std::string_view value) {
    if (!name.starts_with("claimed_")) out.emplace(name, value);
  });
  if (!migration.depends_on.empty()) {
    json::array names(migration.depends_on.begin(), migration.depends_on.end());
    out.emplace("depends_on", json::serialize(names));
  }
  return out;
}

}  // namespace

std::vector<FieldChange> diff_plan(const PlannedMigration& recorded, const PlannedMigration& now) {
  FieldMap before = comparable(recorded);
  FieldMap after = comparable(now);
  // A field on one side only is set against nothing on the other.
  for (const auto& [name, value] : before) after.try_emplace(name);
  for (const auto& [name, value] : after) before.try_emplace(name);

  std::vector<FieldChange> changes;
  for (const auto& [name, value] : before) {
    const std::string& value_now = after.at(name);
    const FieldRule& rule = rule_of(name, recorded.fields);
    if (!same(rule, value, value_now))
      changes.push_back({name, value, value_now, std::string(rule.affects)});
  }
  return changes;
}

std::string_view first_step_affected(std::string_view field) { return rule_of(field, {}).affects; }

}  // namespace migledger::workflow
