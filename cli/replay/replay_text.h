// A migration at a moment, for people.
#pragma once

#include <ostream>

#include "cli/base/names.h"
#include "cli/base/terminal.h"
#include "cli/replay/next_action.h"
#include "cli/replay/replayed.h"

namespace migledger::cli {

// Status, what is to be done next and why, steps, request in flight, look, reading, resources,
// facts and plan.
void print_replayed(const Replayed& replayed, const NextAction& next, const Vantage& vantage,
                    const ledger::EventStore& store, Names& names, const Terminal& terminal,
                    std::ostream& out);

// The next action alone, with everything that led to it.
void print_next(const Replayed& replayed, const NextAction& next, const Vantage& vantage,
                const ledger::EventStore& store, Names& names, std::ostream& out);

// "web-1 at #42, 2026-11-23 09:14:03+01:00: running".
std::string standing_words(const ledger::MigrationState& state, const Vantage& vantage);

}  // namespace migledger::cli
