// The configuration of the storage workflow.
#pragma once

#include <span>

#include "adapters/config/rules/plan_rules.h"
#include "adapters/config/rules/rules.h"
#include "ledger/event/fields.h"

namespace migledger::adapters {

// Every key of a flat file, the top of a plan, "defaults" and a migration.
std::span<const KeyRule> storage_keys();

// The fields of a migration that was checked, but for the settings:
//   always: source_region, target_region, source_compartment_id, target_compartment_id,
//     source_bucket_name, target_bucket_name, copy_parallel (decimal)
//   when configured: target_kms_key_id, freeform_tags, defined_tags (JSON objects)
ledger::Fields storage_fields(const MigrationSource& migration);

}  // namespace migledger::adapters
