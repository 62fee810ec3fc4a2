// The configurations that "migledger init" writes. They name things of a made-up tenancy, which the
// simulated tenancy provides, so they run there as they are.
#pragma once

#include <string_view>

namespace migledger::cli {

extern const std::string_view kSingleTemplate;  // one migration
extern const std::string_view kManyTemplate;    // three, one of which waits for the others

}  // namespace migledger::cli
