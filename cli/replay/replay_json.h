// A migration at a moment, for programs: the members are listed in replay/replay.h.
#pragma once

#include <boost/json/fwd.hpp>

#include "cli/base/names.h"
#include "cli/replay/next_action.h"
#include "cli/replay/replayed.h"

namespace migledger::cli {

// Fields as an object of texts.
boost::json::object fields_json(const ledger::Fields& fields);

boost::json::object replayed_json(const Replayed& replayed);

// simulated, ledger, position and, unless it is 0, time.
boost::json::object vantage_json(const Vantage& vantage, const LedgerFacts& facts);

}  // namespace migledger::cli
