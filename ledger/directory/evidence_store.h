// Bulk evidence (a whole response, a standard error) beside the log, under its SHA-256 digest:
// evidence/ab/abcd…. What goes in has been redacted; nothing here looks at it.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "ledger/base/sha256.h"

namespace migledger::ledger {

class EvidenceStore {
 public:
  // `ledger` is the directory of the ledger.
  explicit EvidenceStore(const std::filesystem::path& ledger);

  // Keeps the bytes durably and returns their digest. Keeping the same bytes again is free. May be
  // called from several threads. Throws LedgerError(disk).
  Digest put(std::span<const std::byte> bytes);

  // The same in two parts, so that many cost no more than a few: what was added is there, and
  // durable, once sync() has returned. Until then, and after a crash before, it is not there.
  Digest add(std::span<const std::byte> bytes);
  void sync();

  // The bytes; nothing when there are none of that digest. Throws LedgerError(corrupt) naming the
  // file when it holds something else, or LedgerError(disk).
  std::optional<std::vector<std::byte>> get(const Digest& digest) const;

  // What there is, in order of digests. Throws LedgerError(disk).
  std::vector<Digest> all() const;

  // Where it is, or would be.
  std::filesystem::path file_of(const Digest& digest) const;

 private:
  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::vector<std::filesystem::path> added_;  // beside each lies its content, as NAME.tmp
};

}  // namespace migledger::ledger
