// Copying a ledger while it may be written to: for a backup, and for putting one back.
//
// Nothing is asked of the writer, which may be hanging or of another version. Table files never
// change, and logs and the manifest only grow; so the manifest is read first, then every file is
// held open, then copied. What the writer removes or begins meanwhile can leave a hole: the copy is
// therefore opened and read from end to end, and made again until it is whole and reaches at least
// what was acknowledged before copying began. It shares no file with the original.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/sha256.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

struct LedgerCopy {
  Position head = 0;
  Digest root{};                        // Merkle root over all events
  std::uint64_t evidence = 0;           // pieces of it that were copied
  std::uint64_t bytes = 0;              // of all files of the copy
  std::vector<std::string> said;        // sentences about what the opening found
  std::vector<std::string> not_copied;  // evidence that does not hold what its name says
};

// Copies the ledger in `from` into the empty directory `to`, which is a ledger then: opened, every
// event read, closed; its anchor is that of its head. Files and directories are synced, except for
// the entry of `to` itself. Throws LedgerError: missing, refused, corrupt (the original is
// damaged), disk; `to` then holds something unfinished.
LedgerCopy copy_ledger(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace migledger::ledger
