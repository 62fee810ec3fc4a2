// Numbers of the command line that may not be negative. CLI11 takes "-1" for an unsigned number,
// and makes of it, and of one that is too large, the largest there is.
#pragma once

#include <cstdint>

namespace CLI {
class Option;
}

namespace migledger::cli {

// Has the option refuse what is not written in digits alone, is less than `least`, or does not fit
// into 64 bits. Returns the option.
CLI::Option* whole_number(CLI::Option* option, std::uint64_t least);

}  // namespace migledger::cli
