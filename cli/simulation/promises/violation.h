// A promise that was not kept.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "cli/simulation/promises/rules.h"

namespace migledger::simulation {

// Thrown through whatever is running; nobody but simulate() catches it.
class Violation : public std::exception {
 public:
  Violation(Rule rule, std::string seen) : invariant(invariant_of(rule)), seen(std::move(seen)) {}
  const char* what() const noexcept override { return seen.c_str(); }

  const std::string invariant;
  const std::string seen;
};

}  // namespace migledger::simulation
