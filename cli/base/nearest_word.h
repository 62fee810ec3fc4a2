// "Did you mean": the word that a mistyped one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migledger::cli {

// "; did you mean "web-1"?", or nothing when none of `known` is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace migledger::cli
