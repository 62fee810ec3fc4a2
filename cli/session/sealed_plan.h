// A plan whose secrets have the placeholders under which this machine records them.
#pragma once

#include "workflow/model/plan.h"

namespace migledger::cli {

enum class MissingKey { made, done_without };

// Seals the secrets of `plan` with the key of this user on this machine. Where there is none it is
// made, or, for what is not recorded, the plan is sealed with one that nobody keeps. Does nothing
// for a plan without secrets. Throws UsageError when there can be no key.
void seal_for_this_machine(workflow::Plan& plan, MissingKey missing);

}  // namespace migledger::cli
