#include "cli/base/moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "cli/base/usage_error.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/printable.h"
#include "ledger/merkle/merkle.h"

namespace migledger::cli {

namespace {

using ledger::EventStore;
using ledger::Position;

// The first position in 1 … head + 1 whose event is later than `time` (or, unless `after`, not
// earlier). Times never decrease along positions, so a few point reads find it.
Position first_position(const EventStore& store, Time time, bool after) {
  Position low = 1;
  Position high = store.head().position + 1;
  while (low < high) {
    const Position middle = low + (high - low) / 2;
    const Time there = time_at(store, middle);
    if (after ? there > time : there >= time) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

constexpr std::size_t kFewestDigits = 8;
constexpr std::size_t kMostDigits = 64;

bool is_hash_prefix(std::string_view text) {
  return text.size() >= kFewestDigits && text.size() <= kMostDigits &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

struct Candidate {
  Position position = 0;
  std::string hash;
};

// Calls hash_of(cursor) for every event, and returns those whose hash begins so; not more than a
// few.
template <typename HashOf>
std::vector<Candidate> with_prefix(const EventStore& store, std::string_view digits,
                                   HashOf&& hash_of) {
  constexpr std::size_t kMost = 6;
  std::vector<Candidate> found;
  const auto cursor = store.scan(1);
  while (found.size() < kMost && cursor->next()) {
    std::string hash = ledger::to_hex(hash_of(*cursor));
    if (hash.starts_with(digits)) found.push_back({cursor->event().getPosition(), std::move(hash)});
  }
  return found;
}

Position with_hash(const EventStore& store, std::string_view option, const HashPrefix& prefix) {
  auto found = with_prefix(store, prefix.digits,
                           [](const auto& cursor) { return ledger::leaf_hash(cursor.bytes()); });
  ledger::MerkleFrontier tree;
  if (found.empty())
    found = with_prefix(store, prefix.digits, [&](const auto& cursor) {
      tree.append(ledger::leaf_hash(cursor.bytes()));
      return tree.root();
    });
  if (found.size() == 1) return found[0].position;
  if (found.empty())
    throw UsageError(fmt::format(
        "{}: no event of this ledger has a hash that begins with {}, and no root of it does",
        option, prefix.digits));
  std::string all;
  for (const auto& candidate : found)
    all += fmt::format("{}#{} ({}…)", all.empty() ? "" : ", ", candidate.position,
                       candidate.hash.substr(0, prefix.digits.size() + 8));
  throw UsageError(fmt::format("{}: {} is the beginning of several hashes: {}; give more digits",
                               option, prefix.digits, all));
}

}  // namespace

Moment parse_moment(std::string_view option, std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (digits && text.size() < kMostDigits) {
    Position position = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), position);
    if (result.ec == std::errc()) return position;
    throw UsageError(
        fmt::format("{}: {} is larger than any position", option, printable(text, 60)));
  }
  if (is_hash_prefix(text)) return HashPrefix{lower_case(text)};
  if (const auto time = parse_rfc3339(text)) return *time;
  if (parse_rfc3339(std::string(text) + "Z"))
    throw UsageError(fmt::format(
        "{}: the time \"{}\" has no zone, so it could be any of 27 hours; add \"Z\" for UTC or an "
        "offset such as \"+02:00\"",
        option, printable(text, 60)));
  throw UsageError(
      fmt::format("{}: \"{}\" is neither a position (such as 42) nor a time with its zone (such as "
                  "2026-11-23T09:14:03Z or 2026-11-23T10:14:03+01:00) nor at least {} digits of a "
                  "hash (such as 9f86d081)",
                  option, printable(text, 60), kFewestDigits));
}

Position last_until(const EventStore& store, std::string_view option, const Moment& moment) {
  if (const auto* time = std::get_if<Time>(&moment)) return first_position(store, *time, true) - 1;
  if (const auto* hash = std::get_if<HashPrefix>(&moment)) return with_hash(store, option, *hash);
  const Position position = std::get<Position>(moment);
  const ledger::Head head = store.head();
  if (position > head.position)
    throw UsageError(fmt::format(
        "{}: position {} is beyond the end of the ledger; {}", option, position,
        head.position == 0
            ? std::string("the ledger is empty")
            : fmt::format("its last event is #{}, of {}", head.position, format_local(head.time))));
  return position;
}

Position first_since(const EventStore& store, std::string_view option, const Moment& moment) {
  const Position end = store.head().position + 1;
  if (const auto* time = std::get_if<Time>(&moment)) return first_position(store, *time, false);
  if (const auto* hash = std::get_if<HashPrefix>(&moment)) return with_hash(store, option, *hash);
  return std::clamp(std::get<Position>(moment), Position{1}, end);
}

Time time_at(const EventStore& store, Position position) {
  if (position == 0) return {};
  const auto cursor = store.scan(position, position);
  return cursor->next() ? time_from_micros(cursor->event().getTime()) : Time{};
}

}  // namespace migledger::cli
