// The directory of a ledger: the names in it, and whether a directory is one (FORMAT.md, "Files").
#pragma once

#include <cstdint>
#include <filesystem>

namespace migledger::ledger {

struct LedgerDirectory {
  std::filesystem::path path;

  std::filesystem::path format() const { return path / "FORMAT"; }
  std::filesystem::path lock() const { return path / "lock"; }
  std::filesystem::path anchor() const { return path / "anchor"; }
  std::filesystem::path events() const { return path / "events"; }
  std::filesystem::path evidence() const { return path / "evidence"; }
  std::filesystem::path snapshots() const { return path / "snapshots"; }
  std::filesystem::path creating() const { return path / "creating"; }

  enum class State {
    absent,      // nothing there, or an empty directory
    unfinished,  // a creation was interrupted; nothing in it was ever acknowledged
    complete,    // a ledger of a format this program knows
  };

  // Looks, and changes nothing. Throws LedgerError(refused) for anything that is not a directory,
  // for a directory that holds something else, and for a newer format; LedgerError(disk) for what
  // cannot be read.
  State inspect() const;

  // Makes the directory and marks it as unfinished.
  void begin_creation() const;
  // Removes what an interrupted creation left. Only for State::unfinished.
  void clear_unfinished() const;
  // Writes FORMAT: from here on it is a ledger.
  void finish_creation() const;
};

}  // namespace migledger::ledger
