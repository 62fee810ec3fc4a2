// The picture at the end of a run: what took how long, and what was made.
#pragma once

#include <iosfwd>

#include "cli/base/terminal.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

// Draws the steps of one migration as bars on a common time axis, then what it made.
void draw_migration(const ledger::EventStore& store, ledger::StreamId stream,
                    const Terminal& terminal, std::ostream& out);

}  // namespace migledger::cli
