// Opening a ledger, and saying what was found.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "cli/render/fleet.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

// Says what an opening found, a line each.
void tell(const ledger::OpeningReport& report, std::ostream& err);

// Opens the ledger at `directory` for reading, and says what that found. Throws LedgerError.
std::unique_ptr<ledger::RocksEventStore> open_to_read(const std::string& directory,
                                                      std::ostream& err);

// The newest snapshot of the ledger at `directory`, of which `store` is, at or before a position;
// for as long as `store` lives. One that cannot be used is passed over.
FleetStart snapshots_of(const std::string& directory, const ledger::EventStore& store);

}  // namespace migledger::cli
