// UsageError: what was asked for cannot be done as asked. Shown to the person, exit code 2.
#pragma once

#include <stdexcept>

namespace migledger::cli {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace migledger::cli
