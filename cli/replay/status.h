// migledger status: where every migration stands, and what people must do.
//
// With `json`, one object:
//   simulated     true; only in a ledger of the simulated tenancy
//   ledger        text; its id; absent when it is empty
//   cloud         text; "oci" or "sim"; absent when the ledger is empty
//   position      number; of the last event; 0: the ledger is empty
//   time          text; of the last event, UTC; absent when the ledger is empty
//   run           object {pid, host, since}; null when no run is under way
//   counts        object {running, waiting, done, failed}; numbers
//   unknown_events number; events of kinds that a newer version wrote
//   migrations    array of objects, in the order of their start: name, workflow, stream, status
//                 ("running", "waiting", "done", "failed"), step (name; absent before the first),
//                 step_number, step_count, steps_done, percent, state (what it waits for, or why it
//                 stopped), need (what a person must do, or can when it failed), started, entered,
//                 updated (UTC), events, position
#pragma once

#include <optional>
#include <ostream>

#include "cli/base/terminal.h"
#include "cli/render/fleet.h"
#include "ledger/directory/writer_lock.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

struct StatusOptions {
  bool json = false;
  Terminal terminal;
  std::string ledger;  // its directory, for the commands that are named; may be empty
  std::optional<ledger::Holder> run;  // who writes to the ledger at this moment
};

// Returns 0 (exit_status.h) whatever the migrations came to. Throws LedgerError when the ledger
// cannot be read.
int run_status(const ledger::EventStore& store, const StatusOptions& options, std::ostream& out,
               const FleetStart& start = {});

// The same of the ledger at `directory`, opened for reading; a run may be writing. Throws
// LedgerError.
int read_status(const std::string& directory, StatusOptions options, std::ostream& out,
                std::ostream& err);

}  // namespace migledger::cli
