#include "cli/moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/printable.h"
#include "cli/usage_error.h"

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

}  // namespace

Moment parse_moment(std::string_view option, std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    Position position = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), position);
    if (result.ec == std::errc()) return position;
    throw UsageError(
        fmt::format("{}: {} is larger than any position", option, printable(text, 60)));
  }
  if (const auto time = parse_rfc3339(text)) return *time;
  if (parse_rfc3339(std::string(text) + "Z"))
    throw UsageError(fmt::format(
        "{}: the time \"{}\" has no zone, so it could be any of 27 hours; add \"Z\" for UTC or an "
        "offset such as \"+02:00\"",
        option, printable(text, 60)));
  throw UsageError(
      fmt::format("{}: \"{}\" is neither a position (such as 42) nor a time with its zone (such as "
                  "2026-11-23T09:14:03Z or 2026-11-23T10:14:03+01:00)",
                  option, printable(text, 60)));
}

Position last_until(const EventStore& store, std::string_view option, const Moment& moment) {
  if (const auto* time = std::get_if<Time>(&moment)) return first_position(store, *time, true) - 1;
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

Position first_since(const EventStore& store, const Moment& moment) {
  const Position end = store.head().position + 1;
  if (const auto* time = std::get_if<Time>(&moment)) return first_position(store, *time, false);
  return std::clamp(std::get<Position>(moment), Position{1}, end);
}

Time time_at(const EventStore& store, Position position) {
  if (position == 0) return {};
  const auto cursor = store.scan(position, position);
  return cursor->next() ? time_from_micros(cursor->event().getTime()) : Time{};
}

}  // namespace migledger::cli
