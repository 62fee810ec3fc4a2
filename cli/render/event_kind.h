// The kinds of events by name, as event.capnp calls them, and what kinds have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/event.h"

namespace migledger::cli {

inline constexpr std::string_view kUnknownKind = "unknown";

// "ledgerCreated", "intent", …; "unknown" for a kind that a newer version wrote.
std::string_view kind_of(ledger::schema::Event::Reader event);

// Whether this version knows the kind.
bool is_known(ledger::schema::Event::Reader event);

// The number of a kind by its name, as the body's union has it; nothing for "unknown" and for what
// is no kind.
std::optional<std::uint16_t> kind_number(std::string_view name);

// Throws UsageError, with the nearest name and all there are, when there is no kind of that name.
void check_kind(std::string_view option, std::string_view name);

// What an event says about a step.
struct StepMention {
  std::uint16_t step = 0;
  std::optional<std::uint16_t> generation;
};
std::optional<StepMention> step_of(ledger::schema::Event::Reader event);

// How it turned out, for kinds that say so: "succeeded", "failed", "unknown", "absent", "ok",
// "dead", "refused", "done", …; empty otherwise.
std::string_view result_of(ledger::schema::Event::Reader event);

}  // namespace migledger::cli
