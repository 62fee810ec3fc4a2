// A plan whose secrets have the placeholders under which this machine records them.
#pragma once

#include "workflow/plan.h"

namespace migledger::cli {

// Seals the secrets of `plan` with the key of this user on this machine, which is made when there
// is none; does nothing for a plan without secrets. Throws UsageError when there can be no key.
void seal_for_this_machine(workflow::Plan& plan);

}  // namespace migledger::cli
