// One writer at a time: a lock on a file of the ledger that ends with the process however it ends,
// and says who holds it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ledger/base/time.h"

namespace migledger::ledger {

// Who writes to a ledger.
struct Holder {
  std::uint32_t pid = 0;
  std::string host;
  Time since{};
};

class WriterLock {
 public:
  // Takes the lock and writes `holder` into the file. Throws LedgerError(in_use), naming who holds
  // it, or LedgerError(disk).
  WriterLock(const std::filesystem::path& file, const Holder& holder);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  // Who holds the lock at this moment; nothing when nobody does. Takes no lock itself. A holder
  // that has not yet written its name is returned with pid 0.
  static std::optional<Holder> holder(const std::filesystem::path& file);

 private:
  int fd_;
};

}  // namespace migledger::ledger
