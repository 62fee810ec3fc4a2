// The checks of a migration that has not begun, made outside of a run: by reading only, and nothing
// of it is recorded.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "workflow/model/step.h"

namespace migledger::workflow {

struct Checked {
  const Step* step = nullptr;
  Verdict verdict;
};

// Those before the first step that changes anything, in order, up to the first that does not pass:
// each builds on what the ones before found. Checks that a person may skip are left out. `in_bulk`:
// lists are read that serve many migrations.
std::vector<Checked> make_checks(const Workflow& workflow, const PlannedMigration& migration,
                                 std::string_view ledger_id, bool in_bulk,
                                 const std::function<Answer(Request)>& read);

}  // namespace migledger::workflow
