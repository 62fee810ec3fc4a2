// A promise that was not kept.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace migledger::simulation {

// Thrown through whatever is running; nobody but simulate() catches it.
class Violation : public std::exception {
 public:
  Violation(std::string invariant, std::string seen)
      : invariant(std::move(invariant)), seen(std::move(seen)) {}
  const char* what() const noexcept override { return seen.c_str(); }

  const std::string invariant;
  const std::string seen;
};

}  // namespace migledger::simulation
