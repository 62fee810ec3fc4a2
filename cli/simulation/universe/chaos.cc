#include "cli/simulation/universe/chaos.h"

#include <cmath>

namespace migledger::simulation {

namespace {

using adapters::sim::Dice;

struct Kind {
  std::string_view name;
  double least, most;  // how often it strikes, where it is active; drawn between, on a log scale
};

// For each call: what strikes on the way. For each run or pause: the others.
constexpr std::array<Kind, kChaosKinds> kKinds = {{
    {"kill-waiting", 0.3, 1},
    {"kill-appending", 0.3, 1},
    {"kill-sending", 0.3, 1},
    {"interrupts", 0.2, 0.8},
    {"refused-connections", 0.005, 0.2},
    {"lost-requests", 0.005, 0.2},
    {"lost-replies", 0.005, 0.3},
    {"late-requests", 0.005, 0.3},
    {"slow-replies", 0.01, 0.3},
    {"duplicates", 0.005, 0.2},
    {"outliving-children", 0.2, 1},
    {"throttling", 0.01, 0.4},
    {"server-errors", 0.005, 0.2},
    {"unauthorized", 0.001, 0.02},
    {"failing-work", 0.01, 0.3},
    {"no-capacity", 0.05, 0.6},
    {"limits", 0.01, 0.2},
    {"invalid-tokens", 0.1, 1},
    {"late-lists", 0.2, 1},
    {"foreigners", 0.1, 0.7},
    {"long-pauses", 0.2, 0.9},
    {"clock-skew", 0.2, 1},
    {"clock-jumps", 0.1, 0.7},
    {"disk-fails", 0.2, 0.8},
    {"full-disk", 0.1, 0.5},
    {"restored-ledgers", 0.1, 0.6},
    {"second-runners", 0.1, 0.5},
    {"second-ledgers", 0.1, 0.6},
    {"orders", 0.1, 0.9},
    {"undoing", 0.05, 0.6},
    {"plan-changes", 0.1, 0.5},
    {"newer-events", 0.05, 0.3},
    {"refusals", 0.005, 0.15},
    {"transports", 0.2, 0.8},
    {"cloud-clocks", 0.1, 1},
}};

// Rather rare: each of these ends what could otherwise be asked of a migration.
bool is_final(Chaos kind) {
  return kind == Chaos::newer_events || kind == Chaos::undoing || kind == Chaos::foreigners ||
         kind == Chaos::refusals;
}

}  // namespace

std::string_view name_of(Chaos kind) { return kKinds[static_cast<std::size_t>(kind)].name; }

std::optional<Chaos> chaos_named(std::string_view name) {
  for (std::size_t i = 0; i < kChaosKinds; ++i)
    if (kKinds[i].name == name) return static_cast<Chaos>(i);
  return std::nullopt;
}

ChaosPlan::ChaosPlan(std::uint64_t seed, const ChaosSet& without) {
  Dice dice = dice_for(seed, "chaos");
  constexpr double kShares[] = {0.08, 0.2, 0.35, 0.6};
  const double share = kShares[dice.below(4)];
  for (std::size_t i = 0; i < kChaosKinds; ++i) {
    const Kind& kind = kKinds[i];
    const bool drawn = dice.chance(is_final(static_cast<Chaos>(i)) ? std::min(share, 0.15) : share);
    const double rate = kind.least * std::pow(kind.most / kind.least, dice.unit());
    if (!drawn || without[i]) continue;
    active_.set(i);
    rates_[i] = rate;
  }
}

Dice dice_for(std::uint64_t seed, std::string_view concern) {
  return Dice(adapters::sim::hash_of(concern, seed));
}

}  // namespace migledger::simulation
