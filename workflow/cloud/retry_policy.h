// When to try again: a pure question that answers "no" or a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ledger/base/time.h"
#include "ledger/event/fields.h"

namespace migledger::workflow {

// How long what cannot be read, though that may pass by itself, is tried again before a person is
// asked: most outages are shorter.
inline constexpr Duration kOutagePatience = std::chrono::hours(1);

struct RetryPolicy {
  std::uint32_t max_attempts = 8;     // sendings of a step that fail, before a person is asked
  std::uint32_t max_generations = 3;  // of a step whose resource dies, before the migration fails
  Duration base = std::chrono::seconds(2);
  Duration cap = std::chrono::seconds(60);

  // From the plan's field "retry"; what it leaves out keeps its default.
  static RetryPolicy from(const ledger::Fields& plan);

  // The pause after the `failures`th failure in a row (from 1): exponential with full jitter, at
  // least `retry_after`. The jitter is a function of `key` and `failures`, so that the same log
  // gives the same decision.
  Duration pause(std::uint32_t failures, Duration retry_after, std::string_view key) const;
};

// A 64-bit hash that is the same on every machine (FNV-1a with a final mix).
std::uint64_t stable_hash(std::string_view text, std::uint64_t salt = 0);

}  // namespace migledger::workflow
