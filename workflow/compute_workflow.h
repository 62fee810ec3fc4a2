// The compute workflow: one instance moved to another region by way of an image.
#pragma once

#include "workflow/step.h"

namespace migledger::workflow {

const Workflow& compute_workflow();

// The workflow of that name; null: there is none.
const Workflow* workflow_named(std::string_view name);

}  // namespace migledger::workflow
