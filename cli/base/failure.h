// How a command that fails says so, and with which exit code it ends.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "cli/base/exit_status.h"

namespace migledger::cli {

// Tells people, or with `json` programs, of failures. As JSON, one object in one line:
//   error      text; what was wrong, where, and mostly what to do
//   advice     text; what to do about a disk or a limit of the system
//   exit_code  number; of the command
//   problems   array of objects {file, line, column, key, message}; only of a configuration
class FailureReport {
 public:
  FailureReport(bool json, std::ostream& err) : json_(json), err_(err) {}

  // Returns the exit code.
  int fail(ExitStatus status, std::string_view what, std::string_view advice = {}) const;

  // Runs `command` and returns its exit code; what it throws is told, and becomes an exit code.
  int guard(const std::function<int()>& command) const;

 private:
  int rethrown() const;

  const bool json_;
  std::ostream& err_;
};

// From now on whatever would end the process by std::terminate() is told on the standard error, and
// ends it with ExitStatus::internal_error.
void end_on_terminate();

}  // namespace migledger::cli
