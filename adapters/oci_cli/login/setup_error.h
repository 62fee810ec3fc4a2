// Why the oci program cannot be used at all; found before anything is sent.
#pragma once

#include <stdexcept>
#include <string>

namespace migledger::adapters {

enum class SetupErrorKind {
  program,      // no such program, or not executable
  credentials,  // no configuration file, profile or value in it
  usage,        // an option that cannot be: an endpoint that is no URL, a parallelism of 0
  system,       // no temporary directory, no descriptors
};

class SetupError : public std::runtime_error {
 public:
  SetupError(SetupErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind(kind) {}
  const SetupErrorKind kind;
};

}  // namespace migledger::adapters
