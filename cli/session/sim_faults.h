// Reading the file of faults that a person names on the command line.
#pragma once

#include <string>
#include <string_view>

#include "adapters/sim/world/faults.h"

namespace migledger::cli {

// The faults in `file`, which `option` named. Throws UsageError naming both when it cannot be read,
// and sim::FaultsError naming file and key when it is not as it should be.
adapters::sim::Faults read_faults(std::string_view option, const std::string& file);

}  // namespace migledger::cli
