// The word a mistyped one was probably meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace migledger::adapters {

// The one of `known` with the fewest changed, added, dropped or swapped characters; empty when none
// is near (more than a third of the word, at least two).
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// How many characters must be changed, added, dropped or swapped to make one of the other; letter
// case counts for nothing.
std::size_t distance(std::string_view a, std::string_view b);

}  // namespace migledger::adapters
