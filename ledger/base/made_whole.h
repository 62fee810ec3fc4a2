// MadeWhole: a directory that appears under its name only when all of it is there and synced.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/base/errors.h"

namespace migledger::ledger {

// Something is at the path where something was to be made; nothing was changed. `instead` says what
// else there is to do.
class AlreadyThere : public LedgerError {
 public:
  explicit AlreadyThere(const std::filesystem::path& path, const std::string& instead = {})
      : LedgerError(LedgerErrorKind::refused, path.string() +
                                                  " is there already and was not changed; name "
                                                  "another" +
                                                  instead) {}
};

// Throws AlreadyThere when there is anything at `path`, be it a link that leads nowhere.
void require_absent(const std::filesystem::path& path, const std::string& instead = {});

class MadeWhole {
 public:
  // Makes an empty directory beside `path`, `path`.unfinished-XXXXXX, 0700; the parent must exist.
  // Throws AlreadyThere, or LedgerError(disk).
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

}  // namespace migledger::ledger
