// replay --check: every recorded decision made again by this build (workflow/audit/recheck.h).
//
// With `json`, one object: simulated, ledger, position, time as in replay/replay.h; events,
// judged, not_judged {people, ledger, not_known}; same; disagreements [{position, migration,
// recorded, decided, row, because, words_only}].
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "ledger/event/event_store.h"

namespace migledger::cli {

struct CheckDecisions {
  ledger::Position until = 0;              // the last event to judge
  std::optional<ledger::StreamId> stream;  // list only those of this migration
  bool json = false;
};

// Returns an exit code (exit_status.h): 0 when this build would decide the same everywhere, though
// perhaps say it in other words; 3 when a person must look. Throws LedgerError when the ledger
// cannot be read or folded.
int check_decisions(const ledger::EventStore& store, const CheckDecisions& check,
                    std::ostream& out);

}  // namespace migledger::cli
