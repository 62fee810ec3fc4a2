// Ledgers to measure with, and the bare databases they are compared to.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "adapters/sim/world/options.h"
#include "ledger/rocks/rocks_database.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::bench {

inline constexpr char kLedgerId[] = "0123456789abcdef0123456789abcdef";

// When everything here begins.
inline constexpr Time kBegin{std::chrono::seconds(1'800'000'000)};

// A simulated tenancy that begins then, and makes no faults.
adapters::sim::TenancyOptions tenancy_options();

// The first event of every ledger here.
ledger::EventDraft first_event();

// An event of about 285 bytes, as most are: an outcome with its facts.
ledger::EventDraft ordinary_event(ledger::StreamId stream);

// A new ledger in `directory`, with first_event().
std::unique_ptr<ledger::RocksEventStore> new_ledger(const std::filesystem::path& directory,
                                                    const ledger::OpenOptions& options = {});

// A RocksDB with the options of a ledger and nothing of ours around it.
std::unique_ptr<ledger::Database> new_bare_database(const std::filesystem::path& directory);

}  // namespace migledger::bench
