// The configurations that "migledger init" writes. They name things of a made-up tenancy, which the
// simulated tenancy provides, so they run there as they are.
#pragma once

#include <string_view>

namespace migledger::cli {

// Of one migration, or of three, one of which waits for the others.
std::string_view config_template(std::string_view workflow, bool many);

}  // namespace migledger::cli
