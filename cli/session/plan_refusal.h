// A changed plan, told to a person item by item.
#pragma once

#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "workflow/model/plan.h"
#include "workflow/model/step.h"

namespace migledger::cli {

struct PlanChecked {
  std::string refusal;  // why the plan cannot be run, in lines for people; empty: it can
  // What it says otherwise of migrations that are over and did not fail, a sentence each for
  // people: nothing is done about it.
  std::vector<std::string> without_effect;
};

// Holds `plan` against what `store` has recorded. With `accept`, changes that cannot affect what
// was already done are let through. Throws UsageError for a name that a migration of another
// workflow has.
PlanChecked check_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                       const workflow::Plan& plan, bool accept);

}  // namespace migledger::cli
