// What verify finds, for people and for programs.
#pragma once

#include <boost/json/fwd.hpp>
#include <ostream>

#include "cli/base/terminal.h"
#include "ledger/verify/verify.h"

namespace migledger::cli {

// A line each, in the order of positions; nothing when there are none.
void print_findings(const ledger::Findings& findings, const Terminal& terminal, std::ostream& out);

// Adds "findings" and "counts" (keep/verify.h).
void add_findings(const ledger::Findings& findings, boost::json::object& object);

}  // namespace migledger::cli
