// The fleet for programs: the members are listed in replay/status.h.
#pragma once

#include <boost/json/fwd.hpp>

#include "cli/base/names.h"
#include "ledger/fold/fleet_summary.h"

namespace migledger::cli {

// One migration.
boost::json::object row_json(const ledger::FleetRow& row, const ledger::FleetSummary& fleet);

// counts, unknown_events, position, and time unless the ledger is empty.
boost::json::object fleet_json(const ledger::FleetSummary& fleet, const LedgerFacts& facts);

}  // namespace migledger::cli
