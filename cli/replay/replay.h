// migledger replay: how things stood at a moment, what would have been done next, and what changed
// between two moments. Only rebuilds from the ledger; touches nothing.
//
// With `json`, one object. Times are UTC, texts of fields are as recorded. Of --check: as in
// replay_check.h.
//   simulated, ledger, position, time   as in replay/status.h, at the moment
// of one migration:
//   migration   object: name, workflow, workflow_version, stream, version, position, status,
//               reason, need, started, entered, updated, unknown_events, depends_on,
//               steps [{name, done, position, time}], attempt {step, generation, phase, in_flight,
//               key, request, …} or null, look or null, reading, resources [{step, generation,
//               position, how, dead, facts, work_request}], facts {}, plan {}; null before it
//               started. Left out with `next`.
//   next        object (next_action.h); null before it started
// of the fleet:
//   counts, unknown_events, migrations   as in replay/status.h; of each migration that runs or
//               waits also next. With `next`, only those, by name and next.
// of a difference:
//   from, to    objects {position, time}
//   events      number of events between
//   of one migration: standing, steps_done, steps_reopened, facts, plan (replay_diff.h), and
//               history, the events between (event_json.h); of the fleet: migrations
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "cli/base/terminal.h"
#include "cli/render/fleet.h"
#include "cli/replay/keys.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

struct ReplayOptions {
  std::optional<std::string> migration;                     // nothing: the whole fleet
  std::optional<std::string> until;                         // a moment; nothing: the head
  std::optional<std::pair<std::string, std::string>> diff;  // two moments (moment.h)
  bool next = false;                                        // only what would have been done next
  bool step = false;                                        // walk through the events
  Keys* keys = nullptr;                                     // that the walk goes by
  bool check = false;                                       // make the decisions again
  bool json = false;
  Terminal terminal;
};

// Returns an exit code (exit_status.h): 0, or what check_decisions (replay_check.h) returns. Throws
// UsageError, and LedgerError when the ledger cannot be read.
int run_replay(const ledger::EventStore& store, const ReplayOptions& options, std::ostream& out,
               const FleetStart& start = {});

// The same of the ledger at `directory`, opened for reading; a run may be writing. Throws
// LedgerError.
int read_replay(const std::string& directory, ReplayOptions options, std::ostream& out,
                std::ostream& err);

}  // namespace migledger::cli
