// What can go wrong in a simulated universe, and how much of it does under a seed. Each seed draws
// which kinds of chaos are active at all ("swarm testing"): some faults show only where others are
// absent.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/sim/world/random.h"

namespace migledger::simulation {

enum class Chaos : std::uint8_t {
  // The end of a run.
  kill_waiting,    // the process is gone while it waits for a reply or a moment
  kill_appending,  // … before, within or after an append
  kill_sending,    // … right before or after a request is handed to its child
  interrupts,      // Ctrl-C once or twice
  // The network and the children.
  refused_connections,
  lost_requests,
  lost_replies,
  late_requests,  // the caller gives up; the request arrives up to five minutes after it was signed
  slow_replies,   // minutes: they overtake each other
  duplicates,     // a request arrives twice
  outliving_children,
  // The cloud.
  throttling,
  server_errors,  // 500 and 503, before or after the effect
  unauthorized,
  failing_work,  // accepted work requests that fail
  no_capacity,
  limits,
  invalid_tokens,
  late_lists,
  foreigners,  // others make things that look like ours
  // Time.
  long_pauses,  // nobody runs for hours or days: tokens and work requests expire
  clock_skew,
  clock_jumps,
  // The disk.
  disk_fails,  // an append fails, and nobody knows whether it was kept
  full_disk,
  restored_ledgers,  // an older copy is put back
  // People and other programs.
  second_runners,  // of the same ledger
  second_ledgers,  // of the same source
  orders,          // pause, resume, approve, retry, note, adopt, skip
  undoing,         // cancel, roll back, clean up, decommission
  plan_changes,
  newer_events,  // a newer version wrote events that this one does not know
  // The cloud, once more: at the end, so that seeds go on to draw the others as they did.
  refusals,      // 400: what will never succeed as it is
  transports,    // runs take turns at two ways to the cloud
  cloud_clocks,  // the Date of a region's replies is minutes off, and so disagrees with its bodies
};
inline constexpr std::size_t kChaosKinds = static_cast<std::size_t>(Chaos::cloud_clocks) + 1;
using ChaosSet = std::bitset<kChaosKinds>;

std::string_view name_of(Chaos kind);
std::optional<Chaos> chaos_named(std::string_view name);

// The kinds that are active and how often they strike, from 0 to 1.
class ChaosPlan {
 public:
  ChaosPlan() = default;
  // Draws from `seed`. What is in `without` stays inactive; all else is as it would be.
  ChaosPlan(std::uint64_t seed, const ChaosSet& without);

  bool active(Chaos kind) const { return active_[static_cast<std::size_t>(kind)]; }
  double rate(Chaos kind) const { return rates_[static_cast<std::size_t>(kind)]; }
  const ChaosSet& set() const { return active_; }

 private:
  ChaosSet active_;
  std::array<double, kChaosKinds> rates_{};
};

// A stream of draws of its own for each concern, so that leaving one thing out changes the others
// as little as can be.
adapters::sim::Dice dice_for(std::uint64_t seed, std::string_view concern);

}  // namespace migledger::simulation
