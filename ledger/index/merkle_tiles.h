// The tiles of the Merkle tree (merkle_tree.h) as a ledger keeps them: derived from the events,
// stored in the index when they are full, never believed over the events (FORMAT.md, "Tiles").
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/directory/anchor.h"
#include "ledger/event/event_store.h"
#include "ledger/merkle/merkle_tree.h"

namespace rocksdb {
class WriteBatch;
}

namespace migledger::ledger {

struct Database;

// Keeps the tiles of a ledger that is written to: they are made of what was appended. A follower
// with its own progress: what an older program, or an end without a close, left out is filled in.
//
// A tile is no reason to lose an event: what goes wrong here stops it until the next opening, and
// readers compute what they do not find.
class TileKeeper {
 public:
  // Stores every full tile of the events up to `head` that is not there yet. To be called once the
  // log is known to be whole. Throws nothing.
  void catch_up(Database& database, Position head);

  // Takes in the event at anchor.position(), in order, one caller at a time. It must have been
  // stored. Throws nothing.
  void append(Database& database, const Anchor& anchor);

  // Puts the tiles that have become full since into a batch that is written next.
  void put_ready(const Database& database, rocksdb::WriteBatch& batch);

 private:
  void begin_at(Database& database, Position head);

  std::optional<TileBuilder> builder_;  // nothing: it was not needed yet
  std::vector<Digest> leaves_;          // the last ones, until it is
  std::vector<std::pair<std::string, std::string>> ready_;
  bool stopped_ = false;
};

// The tiles of the ledger: as stored, and computed where they are not.
class LedgerTiles : public TileSource {
 public:
  // `stored`: whether to use what is stored; without, all follows from the events. `database` must
  // outlive it.
  explicit LedgerTiles(const Database& database, bool stored = true)
      : database_(database), stored_(stored) {}

  Hashes tile(TileId id, std::uint64_t width) override;

 private:
  const Database& database_;
  const bool stored_;
};

// The tile as it is stored; nothing when it is not. Throws LedgerError: corrupt when it is no tile.
std::optional<Hashes> stored_tile(const Database& database, TileId id);

// Holds a stored tile against what it should be. Nothing when it is not stored; otherwise what is
// wrong with it, empty when nothing is. Throws LedgerError(disk).
std::optional<std::string> check_tile(const Database& database, TileId id,
                                      std::span<const Digest> expected);

// How many tiles of the level are stored, as far as the last of them says. Throws LedgerError.
std::uint64_t stored_tiles(const Database& database, unsigned level);

// Whether `key` is that of a tile.
std::optional<TileId> read_tile_key(std::string_view key);

// Reads the events up to `head` and compares. Nothing when every stored tile is what they call for
// and none is missing before the last; otherwise what differs.
std::optional<std::string> compare_tiles(const Database& database, Position head);

// Stores all full tiles of the events up to `head` anew.
void rebuild_tiles(Database& database, Position head);

}  // namespace migledger::ledger
