// Time as the ledger writes it: UTC, microseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migledger {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

inline Time time_from_micros(std::int64_t micros) { return Time(Duration(micros)); }
inline std::int64_t to_micros(Time t) { return t.time_since_epoch().count(); }

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
