// migledger history: what happened, one line an event.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "cli/history/history_options.h"
#include "cli/render/fleet.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

// A ledger to tell of.
struct HistoryLedger {
  std::string name;  // as it was given
  const ledger::EventStore* store = nullptr;
  FleetStart start;
};

// For `follow`: waits for more events, and opens the ledgers again, all in the same order. None:
// stop following.
using ReopenAll = std::function<std::vector<std::unique_ptr<ledger::EventStore>>()>;

// Writes as it reads: holds no more of the ledgers than names, and, in reverse, a window of events.
// Events of several ledgers come in order of time, and each says which it is of. Stops when `out`
// fails. Returns an exit code (exit_status.h): 0. Throws UsageError, and LedgerError when a ledger
// cannot be read; what was read before has been written.
int run_history(std::span<const HistoryLedger> ledgers, const HistoryOptions& options,
                std::ostream& out, const ReopenAll& reopen = {});

// The same of one ledger.
using Reopen = std::function<std::unique_ptr<ledger::EventStore>()>;
int run_history(const ledger::EventStore& store, const HistoryOptions& options, std::ostream& out,
                const Reopen& reopen = {}, const FleetStart& start = {});

// The same of the ledgers at `directories`, opened for reading; runs may be writing. Throws
// LedgerError.
int read_history(const std::vector<std::string>& directories, const HistoryOptions& options,
                 std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
