// Moments in a ledger: a position, or a time. What --since, --until and --diff take.
#pragma once

#include <string_view>
#include <variant>

#include "ledger/event_store.h"

namespace migledger::cli {

using Moment = std::variant<ledger::Position, Time>;

// Reads a position (decimal digits) or an RFC 3339 date-time with its zone. `option` is named in
// the UsageError for anything else.
Moment parse_moment(std::string_view option, std::string_view text);

// The position of the last event at or before the moment; 0 when there is none. Throws UsageError
// for a position beyond the head.
ledger::Position last_until(const ledger::EventStore& store, std::string_view option,
                            const Moment& moment);

// The position of the first event at or after the moment, at least 1; head + 1 when there is none.
ledger::Position first_since(const ledger::EventStore& store, const Moment& moment);

// The time of the event at `position`; the epoch at position 0.
Time time_at(const ledger::EventStore& store, ledger::Position position);

}  // namespace migledger::cli
