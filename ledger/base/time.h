// Time as the ledger writes it: UTC, microseconds.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migledger {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

// The years 0 to 9999, in microseconds since 1970. What lies beyond counts as the nearest within,
// so that times that were read, from a damaged event for instance, can be written and reckoned
// with.
inline constexpr std::int64_t kFirstMicros = -62'167'219'200'000'000;
inline constexpr std::int64_t kLastMicros = 253'402'300'799'999'999;
inline Time time_from_micros(std::int64_t micros) {
  return Time(Duration(std::clamp(micros, kFirstMicros, kLastMicros)));
}
inline std::int64_t to_micros(Time t) { return t.time_since_epoch().count(); }

// Pauses that were read: not below zero, and at most a hundred years, so that they can be reckoned
// with, too.
inline constexpr std::int64_t kLongestPauseSeconds = 100LL * 366 * 24 * 3600;
inline Duration pause_from_millis(std::uint64_t millis) {
  return std::chrono::milliseconds(std::min<std::uint64_t>(millis, kLongestPauseSeconds * 1000));
}
inline Duration pause_from_seconds(double seconds) {
  if (!(seconds > 0)) return {};
  constexpr auto kLongest = static_cast<double>(kLongestPauseSeconds);
  return Duration(static_cast<std::int64_t>(std::min(seconds, kLongest) * 1e6));
}

// "2026-11-23T05:18:00.123456Z" (RFC 3339, always UTC, always six digits).
std::string format_utc(Time t);

// "2026-11-23 06:18:00+01:00": the machine's zone with its offset, for people.
std::string format_local(Time t);

// Reads an RFC 3339 date-time. The zone ("Z" or "+01:00") is required; returns nothing otherwise.
std::optional<Time> parse_rfc3339(std::string_view text);

// Reads the date of an HTTP header: "Mon, 23 Nov 2026 03:21:28 GMT" (RFC 9110, IMF-fixdate).
std::optional<Time> parse_http_date(std::string_view text);

// "Mon, 23 Nov 2026 03:21:28 GMT".
std::string format_http_date(Time t);

// "1h 02m", "3m 20s", "12s", "0.4s".
std::string format_duration(Duration d);

}  // namespace migledger
