// The volume workflow: the data of one block volume, boot volume or volume group moved to another
// region, by a replica that is kept current until the cut-over, or by a backup.
#pragma once

#include "workflow/model/step.h"

namespace migledger::workflow {

const Workflow& volume_workflow();

}  // namespace migledger::workflow
