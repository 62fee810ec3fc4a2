// What reconcile says to people.
#pragma once

#include <string>

#include "workflow/reconcile/reconcile.h"
#include "workflow/steps/made.h"

namespace migledger::workflow {

// "made (#12)", "adopted (#12)", …
std::string words_of(const Resource& recorded);

// Fills in what to do about something orphaned that bears the key of `kind` of this migration.
void advise_on_orphan(Finding& finding, const Books& books, const Book& book, const MadeKind& kind);
// What to do about what the walk of `step` has copied and the ledger does not have.
std::string advice_on_forgotten(const Books& books, const Book& book, std::string_view step);
// About something that is gone.
std::string advice_on_missing(const Book& book, const MadeKind& kind);
// About an answer that is none.
std::string advice_on_failure(const Failure& failure);

// Whether a failure means that no service answered, or that none lets us in.
bool is_unreachable(const Failure& failure);

}  // namespace migledger::workflow
