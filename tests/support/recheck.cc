#include "tests/support/recheck.h"

#include <fmt/format.h>

#include "workflow/audit/recheck.h"

namespace migledger::testing {

std::vector<std::string> disagreements_of(const ledger::EventStore& store, OtherWords words) {
  std::vector<std::string> lines;
  workflow::Recheck recheck;
  for (const auto cursor = store.scan(1); cursor->next();)
    if (const auto found = recheck.add(cursor->event());
        found && !(found->words_only && words == OtherWords::ignored))
      lines.push_back(fmt::format("#{} of {}: recorded \"{}\", this build decides \"{}\"",
                                  found->position, found->migration, found->recorded,
                                  found->decided));
  return lines;
}

}  // namespace migledger::testing
