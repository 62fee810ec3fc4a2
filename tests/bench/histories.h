// Long ledgers: the history of one compute migration, as a run on the simulated tenancy wrote it,
// over and over, many migrations at once.
#pragma once

#include <cstddef>
#include <filesystem>

#include "tests/bench/bench.h"

namespace migledger::bench {

inline constexpr std::size_t kEventsAMigration = 100;

// A ledger of `migrations` times kEventsAMigration events, besides its first two. Made under
// context.directory when it is not there from an earlier run.
std::filesystem::path long_ledger(Context& context, std::size_t migrations);

}  // namespace migledger::bench
