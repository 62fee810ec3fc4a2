// What verify() holds the Merkle tree of the events against: the tiles that are stored, and the
// checkpoints that were signed.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "ledger/merkle/merkle_tree.h"
#include "ledger/verify/verify_stretch.h"

namespace migledger::ledger {

struct Database;

// Takes down which full tiles of level 0 of the stretch are stored, and what is wrong with them.
// May be called for several stretches at once. Throws LedgerError(disk).
void look_for_tiles(const Database& database, Stretch& stretch);

class TileCheck {
 public:
  explicit TileCheck(Verification& result) : result_(result) {}

  // Stretches in order, as long as no event is missing.
  void take(const Database& database, const Stretch& stretch);
  // After the last. `head` is that of the log.
  void end(const Database& database, Position head);

 private:
  Verification& result_;
  TileBuilder above_;                     // over the roots of the tiles of level 0
  std::optional<std::uint64_t> missing_;  // the first of level 0 that is not stored
  std::uint64_t last_ = 0;                // how many there are up to the last that is
};

class CheckpointCheck {
 public:
  explicit CheckpointCheck(Verification& result) : result_(result) {}

  // Those that the ledger has published, and `more`. Before the log is opened: whatever was signed
  // must be there then.
  void list(const std::filesystem::path& ledger, const std::vector<KnownCheckpoint>& more);
  void add_sizes(std::vector<std::uint64_t>& sizes) const;
  void take(const Stretch& stretch);
  // After the last stretch. `head` is that of the log.
  void check(const Database& database, Position head);

 private:
  Verification& result_;
  std::vector<KnownCheckpoint> known_;
};

}  // namespace migledger::ledger
