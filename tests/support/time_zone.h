// The machine's time zone, for as long as a test needs it to be a certain one.
#pragma once

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace migledger::testing {

class TimeZone {
 public:
  // As TZ has it: "UTC0", "CET-1", "XXX+3:30".
  explicit TimeZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~TimeZone() {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace migledger::testing
