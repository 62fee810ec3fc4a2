// Which oci program there is.
#pragma once

#include <string>

namespace migledger::adapters {

struct ProgramVersion {
  std::string text;     // "3.89.3"
  std::string problem;  // not empty: why it cannot be told, or is too old
};

// Runs `program --version`. 3.0 is the first of the versions whose raw-request is known to do.
ProgramVersion oci_program_version(const std::string& program);

}  // namespace migledger::adapters
