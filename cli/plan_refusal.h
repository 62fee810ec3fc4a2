// A changed plan, told to a person item by item.
#pragma once

#include <string>
#include <vector>

#include "ledger/event_store.h"
#include "workflow/plan.h"
#include "workflow/step.h"

namespace migledger::cli {

// Why `plan` cannot be run on `store`, in lines for people; empty when it can. With `accept`,
// changes that cannot affect what was already done are let through.
std::string refuse_changed_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                                const workflow::Plan& plan, bool accept);

// What `plan` says otherwise of migrations that are over and did not fail, a sentence each for
// people: nothing is done about it.
std::vector<std::string> changed_after_end(const ledger::EventStore& store,
                                           const workflow::Plan& plan);

}  // namespace migledger::cli
