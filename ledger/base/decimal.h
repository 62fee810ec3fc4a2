// Whole numbers as names of files and lines of text have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace migledger::ledger {

// Nothing for anything but decimal digits, without needless zeros, of a number up to `most`. So no
// two texts stand for one number.
std::optional<std::uint64_t> decimal(std::string_view text, std::uint64_t most = ~std::uint64_t{0});

}  // namespace migledger::ledger
