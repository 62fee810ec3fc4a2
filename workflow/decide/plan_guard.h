// Whether a plan that differs from what the ledger has can still be taken.
#pragma once

#include <string>
#include <vector>

#include "workflow/decide/plan_diff.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

struct PlanChange {
  std::vector<FieldChange> fields;   // empty: the plan is the same
  std::vector<FieldChange> refused;  // those that would have changed what was already done
  std::vector<StepIndex> recheck;    // check steps to be made again
};

// Holds `planned` against the plan in `state`. A field can change while no act step from the first
// it affects on has been begun; an attempt that failed and is known to have made nothing does not
// count.
// `secrets`: those of the plan, sealed. A secret that was recorded with a key that is not here may
// have changed; where it could no longer have an effect, it is taken not to have.
PlanChange judge_change(const Workflow& workflow, const MigrationState& state,
                        const PlannedMigration& planned, const Secrets& secrets = {});

}  // namespace migledger::workflow
