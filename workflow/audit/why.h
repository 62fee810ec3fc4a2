// Why: the events behind an event, by what each says it reacts to, and what became of a resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::workflow {

// The events that led to the one at `target`, which is the last: those it reacts to, those that
// they react to, and so on, the intent before its outcome and the first sending before a later one;
// oldest first. Of steps before that of the target only how they ended is among them, and of
// observations in a row only the last. Reads the stream of the target up to it.
std::vector<ledger::Position> events_behind(const ledger::EventStore& store,
                                            ledger::Position target);

// A resource: by its OCID or the name of an object as its outcome recorded it, by the name of a
// bucket or NAMESPACE/NAME, or by the idempotency key of its intent. In `asked`, "…" stands for
// anything, as lists for people shorten it.
struct Traced {
  // The outcome that recorded it first, else the intent of that key; of a bucket that nothing here
  // made, the first event that names it.
  ledger::Position made = 0;
  bool only_named = false;               // it is such a bucket
  ledger::Position intent = 0;           // that it came of; 0: none, it was found
  std::vector<ledger::Position> became;  // later events of that migration that are about it
  std::string name;                      // whole
};

// Nothing when no event has it. Reads the whole ledger up to `until`.
std::optional<Traced> trace_resource(const ledger::EventStore& store, std::string_view asked,
                                     ledger::Position until);

}  // namespace migledger::workflow
