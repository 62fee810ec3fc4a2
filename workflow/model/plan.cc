#include "workflow/model/plan.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>

#include "ledger/base/sha256.h"
#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

namespace json = boost::json;

void append_sized(std::string& out, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  out += bytes;
}

// Puts the placeholders of `recorded` into `planned`, where they stand at the same place.
void align(json::value& planned, const json::value& recorded, const Secrets& secrets,
           bool lenient) {
  if (planned.is_object() && recorded.is_object()) {
    for (auto& member : planned.get_object())
      if (const auto* other = recorded.get_object().if_contains(member.key()))
        align(member.value(), *other, secrets, lenient);
  } else if (planned.is_array() && recorded.is_array()) {
    const std::size_t both = std::min(planned.get_array().size(), recorded.get_array().size());
    for (std::size_t i = 0; i < both; ++i)
      align(planned.get_array()[i], recorded.get_array()[i], secrets, lenient);
  } else if (planned.is_string() && recorded.is_string()) {
    const std::string_view now = planned.get_string();
    const std::string_view before = recorded.get_string();
    if (!now.starts_with(kSecretOpening) || !before.starts_with(kSecretOpening)) return;
    const auto likeness = secrets.compare(before, now);
    if (likeness == Secrets::Likeness::same || (lenient && likeness == Secrets::Likeness::unknown))
      planned = recorded;
  }
}

}  // namespace

void seal(Plan& plan, const SecretKey& key) {
  if (plan.secrets.empty()) return;
  for (auto& migration : plan.migrations) {
    ledger::Fields sealed;
    migration.fields.for_each([&](std::string_view name, std::string_view value) {
      if (value.find(kSecretOpening) == std::string_view::npos) return sealed.set(name, value);
      sealed.set(name, map_placeholders(value, [&](std::string_view placeholder) {
                   return std::optional(plan.secrets.seal(placeholder, migration.name, key));
                 }));
    });
    migration.fields = std::move(sealed);
  }
}

bool is_sealed(const Plan& plan) {
  if (plan.secrets.empty()) return true;
  bool sealed = true;
  for (const auto& migration : plan.migrations)
    migration.fields.for_each([&](std::string_view, std::string_view value) {
      map_placeholders(value, [&](std::string_view placeholder) -> std::optional<std::string> {
        sealed = sealed && placeholder.find(":new:") == std::string_view::npos;
        return std::nullopt;
      });
    });
  return sealed;
}

PlannedMigration with_recorded_secrets(const PlannedMigration& planned,
                                       const ledger::Fields& recorded, const Secrets& secrets,
                                       bool lenient) {
  PlannedMigration aligned = planned;
  planned.fields.for_each([&](std::string_view name, std::string_view value) {
    if (value.find(kSecretOpening) == std::string_view::npos) return;
    auto now = parse_json(value);
    const auto before = parse_json(recorded.get(name));
    if (!now || !before) return;
    align(*now, *before, secrets, lenient);
    aligned.fields.set(name, json::serialize(*now));
  });
  return aligned;
}

std::string plan_digest(const PlannedMigration& migration) {
  std::string recorded;
  const auto append = [&](std::string_view name, std::string_view value) {
    append_sized(recorded, name);
    append_sized(recorded, value);
  };
  migration.fields.sorted().for_each(append);
  for (const std::string& name : migration.depends_on) append("depends_on", name);
  const ledger::Digest digest = ledger::sha256(ledger::bytes_of(recorded));
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string_view source_of(const ledger::Fields& fields) {
  const auto instance = fields.get("source_instance_id");
  if (!instance.empty()) return instance;
  const auto volume = fields.get("source_volume_id");
  return volume.empty() ? fields.get("source_bucket_name") : volume;
}

}  // namespace migledger::workflow
