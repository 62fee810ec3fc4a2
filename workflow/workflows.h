// The registry of workflows. A new one is added to the list in workflows.cc.
#pragma once

#include <span>
#include <string_view>

#include "workflow/model/step.h"

namespace migledger::workflow {

// All there are, by name.
std::span<const Workflow* const> all_workflows();

// The workflow of that name; null: there is none.
const Workflow* workflow_named(std::string_view name);

}  // namespace migledger::workflow
