// The storage workflow: the content of one bucket brought to another region and kept current there
// until cutover.
#pragma once

#include "workflow/model/step.h"

namespace migledger::workflow {

const Workflow& storage_workflow();

}  // namespace migledger::workflow
