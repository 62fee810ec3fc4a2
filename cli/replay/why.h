// migledger why: the chain of events behind the state of a migration, behind a resource or behind
// one event, oldest first, as sentences; and of a resource what became of it.
//
// With `json`, one object: simulated, ledger, position, time as in replay/replay.h, and
//   asked    {kind: "migration", "resource" or "event", name or position}
//   chain    the events, as in event_json.h; each intent, and each outcome that has a row, also
//            with why: {table, circumstance, look, then}
//   became   of a resource, the later events about it
//   next     of a migration, as in next_action.h
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "cli/base/terminal.h"
#include "cli/render/fleet.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

struct WhyOptions {
  std::string what;                  // a migration, a resource, a key, or a position
  std::optional<std::string> until;  // a moment (moment.h); nothing: the head
  bool json = false;
  Terminal terminal;
};

// Returns an exit code (exit_status.h): 0. Throws UsageError, and LedgerError when the ledger
// cannot be read.
int run_why(const ledger::EventStore& store, const WhyOptions& options, std::ostream& out,
            const FleetStart& start = {});

// The same of the ledger at `directory`, opened for reading; a run may be writing. Throws
// LedgerError.
int read_why(const std::string& directory, const WhyOptions& options, std::ostream& out,
             std::ostream& err);

}  // namespace migledger::cli
