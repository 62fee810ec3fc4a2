// migledger history: what happened, one line an event.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/fleet.h"
#include "cli/terminal.h"
#include "ledger/event_store.h"

namespace migledger::cli {

struct HistoryOptions {
  std::optional<std::string> migration;  // only this one's events
  std::vector<std::string> types;        // only these kinds (event_kind.h); empty: all
  std::optional<std::string> since;      // position or time
  std::optional<std::string> until;      // position or time
  bool verbose = false;                  // table: everything an event holds
  bool follow = false;                   // go on with what is appended later
  std::string format = "table";          // "jsonl" (event_json.h) or "csv" (event_csv.h)
  Terminal terminal;
};

// For `follow`: waits for more events, and opens the ledger again. Null: stop following.
using Reopen = std::function<std::unique_ptr<ledger::EventStore>()>;

// Writes as it reads: holds no more of the ledger than names. Stops when `out` fails. Returns an
// exit code (exit_status.h): 0, or 2 with the reason on `err`. Throws LedgerError when the ledger
// cannot be read; what was read before has been written.
int run_history(const ledger::EventStore& store, const HistoryOptions& options, std::ostream& out,
                std::ostream& err, const Reopen& reopen = {}, const FleetStart& start = {});

}  // namespace migledger::cli
