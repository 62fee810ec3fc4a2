// replay --step: a walk through the events, forward and back, one at a time. Of each: what it says,
// what it changed in the state, and what would have been decided after it, by which row.
#pragma once

#include <optional>
#include <ostream>
#include <string_view>

#include "cli/base/terminal.h"
#include "cli/render/fleet.h"
#include "cli/replay/keys.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

struct WalkStart {
  ledger::Position position = 1;           // the first event to show
  std::optional<ledger::StreamId> stream;  // only events of this migration
};

// Goes on until `keys` end or say "q". Commands that cannot be carried out are answered on `out`.
void walk_events(const ledger::EventStore& store, const WalkStart& start, Keys& keys,
                 const Terminal& terminal, const FleetStart& fleet, std::ostream& out);

}  // namespace migledger::cli
