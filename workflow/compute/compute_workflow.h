// The compute workflow: one instance moved to another region by way of an image.
#pragma once

#include "workflow/model/step.h"

namespace migledger::workflow {

const Workflow& compute_workflow();

}  // namespace migledger::workflow
