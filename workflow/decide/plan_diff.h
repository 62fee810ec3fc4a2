// What changed between a plan as the ledger has it and the plan of today, and whether the change
// can still be taken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/model/plan.h"

namespace migledger::workflow {

struct FieldChange {
  std::string field;   // a key of the configuration, or "depends_on"
  std::string before;  // as recorded; empty when the field was not there
  std::string now;     // empty when it is gone
  // The first step of the migration's workflow whose effect depends on the field. Empty: none, the
  // change can be taken at any time. Otherwise only while no attempt of that step, or of a later
  // one, was begun.
  std::string affects;
};

// The changes in order of their names; empty when there are none. JSON fields are compared as
// values: spaces, order of keys and the way a number is written do not count. What an old state
// file claimed ("claimed_…") does not count either: it is imported once, with the first plan, and
// the file may go away afterwards. So this, not plan_digest(), tells whether a plan changed.
std::vector<FieldChange> diff_plan(const PlannedMigration& recorded, const PlannedMigration& now);

// The first step of the compute workflow that `field` can affect; empty: none. A field this version
// does not know counts as affecting the first step of all.
std::string_view first_step_affected(std::string_view field);

}  // namespace migledger::workflow
