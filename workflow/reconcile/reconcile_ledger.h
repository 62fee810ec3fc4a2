// The ledger's side of reconcile(): what it says was made, and what became of it.
#pragma once

#include <string>
#include <vector>

#include "workflow/reconcile/reconcile.h"
#include "workflow/steps/made.h"

namespace migledger::workflow {

enum class Fate {
  there,
  dead,           // it failed after it was made
  being_removed,  // its removal was asked for, and nothing is known of that
  removed,
};

// Something that a migration made.
struct Entry {
  const MadeKind* kind = nullptr;
  const Resource* recorded = nullptr;  // of the book
  std::string id;
  Fate fate = Fate::there;
  ledger::Position removal = 0;  // the event that says that it is or is being removed
};

// All of one kind; `book` must outlive them.
std::vector<Entry> entries_of(const Book& book, const View& view, const MadeKind& kind);

// The step of that name, as the ledger numbers them, which another version may have written.
StepIndex step_of(const Book& book, std::string_view name);

// Whether the step that waits for it has not seen it yet.
bool is_awaited(const Book& book, const Entry& entry);

}  // namespace migledger::workflow
