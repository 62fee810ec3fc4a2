#include "ledger/base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>

namespace migledger {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Takes exactly `digits` digits off the front.
bool take(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  for (std::size_t i = 0; i < digits; ++i)
    if (text[i] < '0' || text[i] > '9') return false;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Of the years that are written with four digits.
std::optional<Time> with_four_digits(Time t) {
  if (to_micros(t) < kFirstMicros || to_micros(t) > kLastMicros) return std::nullopt;
  return t;
}

std::optional<Time> assemble(int year, int month, int day, int hour, int minute, int second,
                             std::int64_t micros, std::chrono::minutes offset = {}) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // A leap second is read as the second that follows it.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return with_four_digits(Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
                          std::chrono::minutes(minute) + seconds(second) + Duration(micros) -
                          offset);
}

}  // namespace

std::string format_utc(Time t) {
  const auto day = floor<days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(t - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string format_local(Time t) {
  const std::time_t whole = floor<seconds>(t).time_since_epoch().count();
  std::tm tm{};
  localtime_r(&whole, &tm);
  const long offset = tm.tm_gmtoff / 60;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}{:02}:{:02}", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take(text, 4, year) || !take(text, '-') || !take(text, 2, month) || !take(text, '-') ||
      !take(text, 2, day))
    return std::nullopt;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  if (!take(text, 2, hour) || !take(text, ':') || !take(text, 2, minute)) return std::nullopt;
  if (!take(text, ':') || !take(text, 2, second)) return std::nullopt;
  std::int64_t micros = 0;
  if (take(text, '.')) {
    std::size_t digits = 0;
    for (std::int64_t scale = 100000; !text.empty() && text[0] >= '0' && text[0] <= '9';
         ++digits, scale /= 10) {
      micros += (text[0] - '0') * scale;
      text.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
  }
  int sign = 0, off_hour = 0, off_minute = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    if (take(text, '+')) {
      sign = 1;
    } else if (take(text, '-')) {
      sign = -1;
    } else {
      return std::nullopt;
    }
    if (!take(text, 2, off_hour) || !take(text, ':') || !take(text, 2, off_minute) ||
        off_hour > 23 || off_minute > 59)
      return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  const auto offset = std::chrono::hours(off_hour) + std::chrono::minutes(off_minute);
  return assemble(year, month, day, hour, minute, second, micros, sign * offset);
}

std::optional<Time> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
  std::string_view rest = text.substr(5);
  int day = 0, year = 0, hour = 0, minute = 0, second = 0, month = 0;
  if (!take(rest, 2, day) || !take(rest, ' ')) return std::nullopt;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (rest.substr(0, 3) == kMonths[i]) month = static_cast<int>(i) + 1;
  if (month == 0) return std::nullopt;
  rest.remove_prefix(3);
  if (!take(rest, ' ') || !take(rest, 4, year) || !take(rest, ' ') || !take(rest, 2, hour) ||
      !take(rest, ':') || !take(rest, 2, minute) || !take(rest, ':') || !take(rest, 2, second))
    return std::nullopt;
  return assemble(year, month, day, hour, minute, second, 0);
}

std::string format_http_date(Time t) {
  const auto day = floor<days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<seconds>(t) - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::string format_duration(Duration d) {
  const auto whole = std::chrono::duration_cast<seconds>(d).count();
  if (d < Duration::zero()) return "-" + format_duration(-d);
  if (whole < 10) return fmt::format("{:.1f}s", static_cast<double>(d.count()) / 1e6);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{}h {:02}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{}d {:02}h", whole / 86400, whole / 3600 % 24);
}

}  // namespace migledger
