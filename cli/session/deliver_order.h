// Getting an order into the ledger: through the process that writes to it, or, when none does, by
// writing it ourselves.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "workflow/run/steering.h"

namespace migledger::cli {

// An order of this process: with an id of its own, and who gives it.
workflow::Order new_order(workflow::Verb verb);

// One object in one line: {"migration" (text; empty: the ledger as a whole), "asked" (the verb),
// "taken", "position" (of the event; only when taken), "words" (what follows, or why not)}.
std::string answer_json(workflow::Verb verb, std::string_view migration,
                        const workflow::OrderAnswer& answer);

// Returns when the order is durable in the ledger in `directory`, or refused. `command_line` is
// what the session says that records it. `err` is told when a writer has to be waited for. Throws
// LedgerError.
workflow::OrderAnswer deliver_order(const std::string& directory, const workflow::Order& order,
                                    const std::string& command_line, std::ostream& err);

}  // namespace migledger::cli
