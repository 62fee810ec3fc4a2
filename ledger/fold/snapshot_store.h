// Snapshots of projections, so that opening a long ledger does not mean folding it all. They are
// derived: one that is damaged, or of another fold, is passed over and said, and nothing is lost.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/sha256.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

struct Snapshot {
  std::string kind;        // which projection: lower-case letters, digits and underscores
  std::uint32_t fold = 0;  // version of the fold that made it; raised whenever a fold changes
  Position position = 0;   // of the last event in it
  Digest root{};           // Merkle root over the events up to position
  Digest head{};           // leaf hash of the event at position: whose events these are
  std::vector<std::byte> payload;
};

class SnapshotStore {
 public:
  // `ledger` is the directory of the ledger.
  explicit SnapshotStore(const std::filesystem::path& ledger);

  // Keeps the snapshot durably, and of its kind, besides, the one before it and those that are
  // spaced over the ledger (FORMAT.md, "Snapshots"). Throws LedgerError(disk), or
  // std::invalid_argument for a kind that is not a name.
  void save(const Snapshot& snapshot);

  // Spaced ones: one for each so many events, this many or twice that or four times …, so that
  // there are at most kMostSpaced, of kMostBytes in all.
  static constexpr Position kSpacing = 16384;
  static constexpr Position kMostSpaced = 256;
  static constexpr std::uintmax_t kMostBytes = std::uintmax_t{512} << 20;
  // The spacing of a ledger of `head` events, as far as their number goes.
  static Position spacing_at(Position head);

  struct Loaded {
    std::optional<Snapshot> snapshot;
    std::vector<std::string> passed_over;  // a sentence for each that could not be used
  };
  // The newest usable snapshot of that kind and fold whose position is at most `at_most`. Removes
  // nothing.
  Loaded load(const std::string& kind, std::uint32_t fold, Position at_most) const;

  // Positions of the snapshots of a kind, the newest first. Throws LedgerError(disk).
  std::vector<Position> positions(const std::string& kind) const;

  // The snapshot of one position, or why it cannot be used; neither when there is none any more.
  struct Read {
    std::optional<Snapshot> snapshot;
    std::string problem;      // "is damaged"
    bool other_fold = false;  // it is whole as far as can be seen, and of another fold
  };
  Read read(const std::string& kind, std::uint32_t fold, Position position) const;

  // Where it is, or would be.
  std::filesystem::path file_of(const std::string& kind, Position position) const;

  // Removes a snapshot, because it disagrees with the fold.
  void discard(const std::string& kind, Position position);

 private:
  void thin(const Snapshot& newest);

  const std::filesystem::path directory_;
};

}  // namespace migledger::ledger
