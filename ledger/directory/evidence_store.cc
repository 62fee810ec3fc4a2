#include "ledger/directory/evidence_store.h"

#include <algorithm>
#include <system_error>

#include "ledger/base/errors.h"
#include "ledger/base/files.h"
#include "ledger/directory/ledger_directory.h"

namespace migledger::ledger {

namespace {
constexpr std::size_t kMaxEvidence = std::size_t{1} << 30;
// More are synced with all else in the file system, in one go.
constexpr std::size_t kSyncedOneByOne = 4;
}  // namespace

EvidenceStore::EvidenceStore(const std::filesystem::path& ledger)
    : directory_(LedgerDirectory{ledger}.evidence()) {}

std::filesystem::path EvidenceStore::file_of(const Digest& digest) const {
  const std::string hex = to_hex(digest);
  return directory_ / hex.substr(0, 2) / hex;
}

Digest EvidenceStore::put(std::span<const std::byte> bytes) {
  const Digest digest = add(bytes);
  sync();
  return digest;
}

Digest EvidenceStore::add(std::span<const std::byte> bytes) {
  const Digest digest = sha256(bytes);
  const auto file = file_of(digest);
  const std::lock_guard lock(mutex_);
  if (std::find(added_.begin(), added_.end(), file) != added_.end()) return digest;
  // What is there already is believed only if it is right; a damaged file is mended.
  if (const auto kept = read_file(file, kMaxEvidence); kept && sha256(*kept) == digest)
    return digest;
  make_private_directory(directory_);
  make_private_directory(file.parent_path());
  write_beside(file, bytes);
  added_.push_back(file);
  return digest;
}

void EvidenceStore::sync() {
  const std::lock_guard lock(mutex_);
  if (added_.empty()) return;
  if (added_.size() <= kSyncedOneByOne) {
    for (const auto& file : added_) {
      sync_file(beside(file));
      rename_over(beside(file), file);
    }
  } else {
    sync_file_system(directory_);
    for (const auto& file : added_) rename_unsynced(beside(file), file);
    sync_file_system(directory_);
  }
  added_.clear();
}

std::optional<std::vector<std::byte>> EvidenceStore::get(const Digest& digest) const {
  const auto file = file_of(digest);
  auto bytes = read_file(file, kMaxEvidence);
  if (bytes && sha256(*bytes) != digest)
    throw LedgerError(LedgerErrorKind::corrupt,
                      file.string() + " does not hold what its name says; restore it from a copy");
  return bytes;
}

std::vector<Digest> EvidenceStore::all() const {
  std::vector<Digest> digests;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(directory_, error), end;
       !error && it != end; it.increment(error))
    if (const auto digest = digest_from_hex(it->path().filename().string()))
      digests.push_back(*digest);
  if (error && error != std::errc::no_such_file_or_directory)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot read " + directory_.string() + ": " + error.message());
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace migledger::ledger
