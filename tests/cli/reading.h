// Runs the reading commands in tests.
#pragma once

#include <boost/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/base/failure.h"
#include "cli/base/usage_error.h"

namespace migledger::testing {

struct Output {
  int code = 0;
  std::string out;
  std::string err;

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  bool has(std::string_view text) const { return out.find(text) != std::string::npos; }
  boost::json::object json() const { return boost::json::parse(out).as_object(); }
};

// Calls run(out, err).
template <typename Run>
Output capture(Run&& run) {
  std::ostringstream out;
  std::ostringstream err;
  Output output;
  output.code = run(out, err);
  output.out = out.str();
  output.err = err.str();
  return output;
}

// Calls run(out); a UsageError becomes what the program makes of it.
template <typename Run>
Output capture_exit(Run&& run) {
  return capture([&](std::ostream& out, std::ostream& err) {
    try {
      return static_cast<int>(run(out));
    } catch (const cli::UsageError& e) {
      return cli::FailureReport(false, err).fail(cli::ExitStatus::usage, e.what());
    }
  });
}

}  // namespace migledger::testing
