// MadeWhole and MadeFile: a directory, or a file, that appears under its name only when all of it
// is there and synced.
#pragma once

#include <filesystem>

namespace migledger::ledger {

class MadeWhole {
 public:
  // Makes an empty directory beside `path`, `path`.unfinished-XXXXXX, 0700; the parent must exist.
  // Throws LedgerError(refused) when there is something at `path`, or LedgerError(disk).
  explicit MadeWhole(const std::filesystem::path& path);
  // Removes it, unless it was finished.
  ~MadeWhole();
  MadeWhole(const MadeWhole&) = delete;
  MadeWhole& operator=(const MadeWhole&) = delete;

  // Where to put what is to be in it.
  const std::filesystem::path& directory() const { return beside_; }

  // Syncs its directories (its files must have been), and gives it its name, durably. Never
  // replaces anything. Throws as the constructor.
  void finish();

 private:
  const std::filesystem::path path_;
  std::filesystem::path beside_;
  bool finished_ = false;
};

class MadeFile {
 public:
  // Makes an empty file beside `path`, 0600, in the same way. Throws as MadeWhole.
  explicit MadeFile(const std::filesystem::path& path);
  ~MadeFile();
  MadeFile(const MadeFile&) = delete;
  MadeFile& operator=(const MadeFile&) = delete;

  // The file to write to.
  const std::filesystem::path& path() const { return beside_; }

  // Syncs it, and gives it its name, durably. Never replaces anything. Throws as the constructor.
  void finish();

 private:
  const std::filesystem::path path_;
  std::filesystem::path beside_;
  bool finished_ = false;
};

}  // namespace migledger::ledger
