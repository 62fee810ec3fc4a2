// What everything that reads a ledger from end to end is compared to.
#pragma once

#include <filesystem>

namespace migledger::bench {

// Seconds for all events through a bare iterator, with the options that replay uses.
double iterate(const std::filesystem::path& ledger);

}  // namespace migledger::bench
