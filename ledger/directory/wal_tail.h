// Where a write-ahead log of RocksDB stops being whole, and whether it was merely cut short there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace migledger::ledger {

// Whether the file is such a log, by its name.
inline bool is_log(const std::filesystem::path& file) { return file.extension() == ".log"; }

struct WalTail {
  enum class State {
    whole,    // every byte belongs to a complete record
    torn,     // it ends within a record, as an interrupted write leaves it
    damaged,  // something other than an interrupted write has changed it
  };
  State state = State::whole;
  std::uint64_t end = 0;  // of the last complete record
  std::uint64_t at = 0;   // where the first record that is not whole begins; for whole: the size
};

// Format: https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format. Records with a
// checksum that fits all their bytes but a length that points beyond the end count as damaged: the
// length was changed after the record was complete, and it may have been acknowledged.
WalTail find_tail(std::span<const std::byte> log);

}  // namespace migledger::ledger
