// The configuration of the volume workflow.
#pragma once

#include <span>

#include "adapters/config/rules/plan_rules.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/text/problem.h"
#include "ledger/event/fields.h"

namespace migledger::adapters {

// Every key of a flat file, the top of a plan, "defaults" and a migration.
std::span<const KeyRule> volume_keys();

// Adds what does not fit together in one migration.
void check_volume(const MigrationSource& migration, Problems& problems);

// The fields of a migration that was checked, but for the settings:
//   always: source_region, target_region, source_compartment_id, target_compartment_id,
//     migration_bucket_name, source_volume_id, target_ad, method ("replicate", "backup")
//   when configured: new_volume_name, target_kms_key_id, attach, freeform_tags, defined_tags (JSON
//     objects),
//     quiet_period_seconds (decimal)
ledger::Fields volume_fields(const MigrationSource& migration);

}  // namespace migledger::adapters
