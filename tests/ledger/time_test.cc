#include "ledger/base/time.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <limits>

namespace migledger {

using namespace std::chrono_literals;

namespace {
const Time kSample = time_from_micros(1'795'411'288'123'456);  // 2026-11-23T05:21:28.123456Z
}

TEST_CASE("UTC has six digits of a second and reads back as it was") {
  CHECK(format_utc(kSample) == "2026-11-23T05:21:28.123456Z");
  CHECK(format_utc(Time{}) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_utc(Time(-1us)) == "1969-12-31T23:59:59.999999Z");
  for (const Time t : {kSample, Time{}, Time(-1us), Time(253402300799s)})
    CHECK(parse_rfc3339(format_utc(t)) == t);
}

TEST_CASE("a time beyond the years of four digits counts as the nearest within") {
  CHECK(format_utc(time_from_micros(INT64_MIN)) == "0000-01-01T00:00:00.000000Z");
  CHECK(format_utc(time_from_micros(INT64_MAX)) == "9999-12-31T23:59:59.999999Z");
  for (const auto micros : {kFirstMicros, std::int64_t{-1}, kLastMicros})
    CHECK(to_micros(time_from_micros(micros)) == micros);
  CHECK(pause_from_millis(1500) == 1500ms);
  CHECK(pause_from_millis(UINT64_MAX) == 36600 * 24h);
  CHECK(pause_from_seconds(1.5) == 1500ms);
  CHECK(pause_from_seconds(1e300) == 36600 * 24h);
  for (const double nothing : {-1.0, 0.0, std::numeric_limits<double>::quiet_NaN()})
    CHECK(pause_from_seconds(nothing) == 0ms);
}

TEST_CASE("an RFC 3339 time needs a zone, and honours it") {
  const Time t = floor<std::chrono::seconds>(kSample);
  for (const char* text :
       {"2026-11-23T05:21:28Z", "2026-11-23t05:21:28z", "2026-11-23 05:21:28Z",
        "2026-11-23T06:21:28+01:00", "2026-11-22T22:51:28-06:30", "2026-11-23T05:21:28.0Z"}) {
    INFO(text);
    CHECK(parse_rfc3339(text) == t);
  }
  CHECK(parse_rfc3339("2026-11-23T05:21:28.5Z") == t + 500ms);
  CHECK(parse_rfc3339("2026-11-23T05:21:28.1234569Z") == t + 123456us);
}

TEST_CASE("what is not an RFC 3339 time is not read") {
  for (const char* text : {"",
                           "now",
                           "2026-11-23",
                           "2026-11-23T05:21Z",
                           "2026-11-23T05:21:28",
                           "2026-11-23T05:21:28+0100",
                           "2026-11-23T05:21:28+24:00",
                           "2026-11-23T24:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "9999-12-31T23:59:59-00:01",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:60Z",
                           "2026-11-23T05:60:00Z",
                           "2026-11-23T05:21:61Z",
                           "2026-11-23T05:21:28.Z",
                           "2026-11-23T05:21:28Z ",
                           " 2026-11-23T05:21:28Z",
                           "26-11-23T05:21:28Z",
                           "2026-11-23T05:21:28+",
                           "2026-11-2aT05:21:28Z"}) {
    INFO(text);
    CHECK(!parse_rfc3339(text));
  }
  CHECK(parse_rfc3339("2028-02-29T00:00:00Z"));
}

TEST_CASE("the date of an HTTP header is read and written") {
  const Time t = floor<std::chrono::seconds>(kSample);
  CHECK(format_http_date(kSample) == "Mon, 23 Nov 2026 05:21:28 GMT");
  CHECK(parse_http_date("Mon, 23 Nov 2026 05:21:28 GMT") == t);
  CHECK(parse_http_date(format_http_date(Time{})) == Time{});
  for (const char* text : {"", "Mon, 23 Nov 2026 05:21:28 CET", "Mon, 23 Foo 2026 05:21:28 GMT",
                           "Mon, 31 Nov 2026 05:21:28 GMT", "Monday, 23-Nov-26 05:21:28 GMT",
                           "Mon, 23 Nov 2026 05:21:28 GMT ", "Mon  23 Nov 2026 05:21:28 GMT"}) {
    INFO(text);
    CHECK(!parse_http_date(text));
  }
}

TEST_CASE("local times carry their offset") {
  const char* before = std::getenv("TZ");
  const std::string kept = before ? before : "";
  const auto in_zone = [&](const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
    return format_local(kSample);
  };
  CHECK(in_zone("UTC0") == "2026-11-23 05:21:28+00:00");
  CHECK(in_zone("XXX-01:00") == "2026-11-23 06:21:28+01:00");
  CHECK(in_zone("XXX+03:30") == "2026-11-23 01:51:28-03:30");
  before ? setenv("TZ", kept.c_str(), 1) : unsetenv("TZ");
  tzset();
}

TEST_CASE("durations are short enough for a table") {
  CHECK(format_duration(0s) == "0.0s");
  CHECK(format_duration(400ms) == "0.4s");
  CHECK(format_duration(12s) == "12s");
  CHECK(format_duration(59999ms) == "59s");
  CHECK(format_duration(200s) == "3m 20s");
  CHECK(format_duration(1h + 2min) == "1h 02m");
  CHECK(format_duration(25h) == "1d 01h");
  CHECK(format_duration(-200s) == "-3m 20s");
}

}  // namespace migledger
