// Randomness of the simulated tenancy: counter-based, so that the seed and a count of draws are its
// whole state, and a restart neither repeats nor skips a draw.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/base/time.h"

namespace migledger::adapters::sim {

struct Range {
  Duration from{};
  Duration to{};
};

// The finalizer of splitmix64: a bijection that spreads every bit of its argument.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// FNV-1a, finalized. For indexes and derived names, not against an adversary.
constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t start = 0) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ mix(start);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(h);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed = 0, std::uint64_t drawn = 0) : seed_(seed), drawn_(drawn) {}

  std::uint64_t draw() { return mix(mix(seed_) ^ mix(++drawn_)); }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(draw() >> 11) * 0x1.0p-53; }
  bool chance(double rate) { return rate > 0 && unit() < rate; }
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(unit() * double(n)); }
  // Uniform, to the microsecond, both ends included.
  Duration between(Range r) {
    return r.from +
           Duration(static_cast<std::int64_t>(unit() * double((r.to - r.from).count() + 1)));
  }

  std::uint64_t seed() const { return seed_; }
  std::uint64_t drawn() const { return drawn_; }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_;
};

}  // namespace migledger::adapters::sim
