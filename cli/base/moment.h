// Moments in a ledger: a position, a time, or a hash. What --since, --until and --diff take.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <variant>

#include "ledger/event/event_store.h"

namespace migledger::cli {

// The first digits, at least 8 and lower-case, of a SHA-256 in hexadecimal: the leaf hash of an
// event (ledger/FORMAT.md, "The anchor"), or the Merkle root of the ledger up to an event.
struct HashPrefix {
  std::string digits;
  friend auto operator<=>(const HashPrefix&, const HashPrefix&) = default;
};

using Moment = std::variant<ledger::Position, Time, HashPrefix>;

// Reads a position (decimal digits), an RFC 3339 date-time with its zone, or the beginning of a
// hash (8 to 64 hexadecimal digits; what has decimal digits only is a position, unless it is
// whole). `option` is named in the UsageError for anything else.
Moment parse_moment(std::string_view option, std::string_view text);

// The position of the last event at or before the moment; 0 when there is none. Throws UsageError
// for a position beyond the head, and for a hash that no event or more than one has. A hash is
// looked for by reading the whole ledger: first among the events, and then among the roots.
ledger::Position last_until(const ledger::EventStore& store, std::string_view option,
                            const Moment& moment);

// The position of the first event at or after the moment, at least 1; head + 1 when there is none.
// Throws UsageError for a hash as last_until does.
ledger::Position first_since(const ledger::EventStore& store, std::string_view option,
                             const Moment& moment);

// The time of the event at `position`; the epoch at position 0.
Time time_at(const ledger::EventStore& store, ledger::Position position);

}  // namespace migledger::cli
