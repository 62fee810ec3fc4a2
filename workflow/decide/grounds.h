// Grounds: the events that a decision rests on.
#pragma once

#include <string_view>
#include <vector>

#include "workflow/decide/decide.h"

namespace migledger::workflow {

struct Ground {
  ledger::Position position = 0;
  std::string_view why;  // what it is to the decision: "the look that counts"
};

// Those of a decision that was made about `state`, in the order of their positions, each once. The
// decision's `because` is among them.
std::vector<Ground> grounds_of(const Decision& decision, const MigrationState& state,
                               const Context& context);

}  // namespace migledger::workflow
