// The migrations of a ledger that something can be asked of as they stand: what --all means.
#pragma once

#include <string>
#include <vector>

#include "workflow/decide/transitions.h"

namespace migledger::cli {

// Their names, in the order of their start. Throws UsageError when there are none, LedgerError.
std::vector<std::string> all_that_take(workflow::Verb verb, const std::string& ledger);

// `names`, or with `all` those above; both at once, and neither, is a UsageError unless `whole`.
std::vector<std::string> names_or_all(workflow::Verb verb, const std::vector<std::string>& names,
                                      bool all, bool whole, const std::string& ledger);

}  // namespace migledger::cli
