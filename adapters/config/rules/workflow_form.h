// How each workflow is configured.
#pragma once

#include <span>
#include <string_view>

#include "adapters/config/rules/plan_rules.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/text/problem.h"
#include "ledger/event/fields.h"

namespace migledger::adapters {

struct WorkflowForm {
  std::string_view workflow;
  std::span<const KeyRule> keys;  // at every place

  // What the keys of one migration must be to one another, beyond what all workflows have in
  // common (null: nothing); and its fields, defaults filled in, but for the settings. Both are null
  // for compute, which the old script's form belongs to: config.cc and plan_rules.cc have it.
  void (*check)(const MigrationSource& migration, Problems& problems) = nullptr;
  ledger::Fields (*fields)(const MigrationSource& migration) = nullptr;
};

// Null: there is no workflow of that name.
const WorkflowForm* form_of(std::string_view workflow);

}  // namespace migledger::adapters
