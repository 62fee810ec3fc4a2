// What a person can do about a disk that failed under a ledger.
#pragma once

#include <string>
#include <string_view>

namespace migledger::cli {

// A sentence or two, judged by the system's own words in `error`: full, read-only, broken, or not
// for this user.
std::string disk_advice(std::string_view error);

}  // namespace migledger::cli
