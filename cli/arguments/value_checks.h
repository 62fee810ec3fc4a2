// What values of the command line may be. CLI11 takes "-1" for an unsigned number, and makes of it,
// and of one that is too large, the largest there is; and it shows its checks in --help, in its own
// words.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace migledger::cli {

// Has the option refuse what is not written in digits alone, or is not from `least` to `most`.
// Returns the option.
CLI::Option* whole_number(CLI::Option* option, std::uint64_t least,
                          std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

// The same for a number that may have a fraction.
CLI::Option* number(CLI::Option* option, double least, double most);

// Has the option refuse what is none of `names`, with the one that was probably meant.
CLI::Option* one_of(CLI::Option* option, std::vector<std::string> names);

// The kinds of cloud, and of workflows.
CLI::Option* cloud(CLI::Option* option);
CLI::Option* workflow(CLI::Option* option);

}  // namespace migledger::cli
