// A changed plan, told to a person item by item.
#pragma once

#include <string>

#include "ledger/event_store.h"
#include "workflow/plan.h"
#include "workflow/step.h"

namespace migledger::cli {

// Why `plan` cannot be run on `store`, in lines for people; empty when it can. With `accept`,
// changes that cannot affect what was already done are let through.
std::string refuse_changed_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                                const workflow::Plan& plan, bool accept);

}  // namespace migledger::cli
