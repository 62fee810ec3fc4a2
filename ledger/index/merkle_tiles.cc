#include "ledger/index/merkle_tiles.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

constexpr char kReadingTiles[] = "reading the tiles of the Merkle tree";
constexpr char kWritingTiles[] = "storing the tiles of the Merkle tree";
constexpr int kTilesABatch = 32;  // 256 KiB
constexpr std::size_t kTileBytes = kTileWidth * sizeof(Digest);

std::string key_of(TileId id) {
  std::string key(1, keys::kTileTag);
  key.push_back(static_cast<char>(id.level));
  keys::append_number(key, id.index);
  return key;
}

std::string value_of(std::span<const Digest> tile) {
  return {reinterpret_cast<const char*>(tile.data()), tile.size_bytes()};
}

std::string name_of(TileId id) {
  return "the tile of level " + std::to_string(id.level) + ", number " + std::to_string(id.index);
}

// The number of leaves whose tiles are all stored, if what is stored can be what was written in
// order; nothing when it cannot.
std::optional<std::uint64_t> progress(const Database& database, Position head) {
  const std::uint64_t tiles = stored_tiles(database, 0);
  if (tiles > head / kTileWidth) return std::nullopt;
  const std::uint64_t leaves = tiles * kTileWidth;
  for (unsigned level = 1;; ++level) {
    const std::uint64_t called_for = hashes_at(leaves, level) / kTileWidth;
    if (stored_tiles(database, level) != called_for) return std::nullopt;
    if (called_for == 0) break;
  }
  return leaves;
}

void remove_all(Database& database) {
  const std::string first(1, keys::kTileTag);
  const std::string end(1, static_cast<char>(keys::kTileTag + 1));
  check(database.db->DeleteRange(rocksdb::WriteOptions(), database.index, first, end),
        kWritingTiles);
}

// Stores the tiles that are missing from `leaves`, a multiple of 256, up to `head`.
void fill(Database& database, std::uint64_t leaves, Position head) {
  LedgerTiles source(database);
  TileBuilder builder = TileBuilder::after(leaves, source);
  rocksdb::WriteBatch batch;
  const auto write = [&] {
    check(database.db->Write(unlogged(), &batch), kWritingTiles);
    batch.Clear();
  };
  const auto cursor = scan_events(database, leaves + 1, head / kTileWidth * kTileWidth);
  while (cursor->next()) {
    builder.append(leaf_hash(cursor->bytes()), [&](TileId id, std::span<const Digest> tile) {
      batch.Put(database.index, key_of(id), value_of(tile));
    });
    // Between two leaves, so that the tiles that become full together are stored together.
    if (batch.Count() >= kTilesABatch) write();
  }
  write();
}

// Whether the tiles of the first `leaves` events are stored, and each has the root that the tile
// above it holds. A tile with no full one above it is not judged here: the root of the whole tree
// follows from it.
bool fit_together(const Database& database, std::uint64_t leaves) {
  try {
    for (unsigned level = 0;; ++level) {
      const std::uint64_t tiles = hashes_at(leaves, level) / kTileWidth;
      if (tiles == 0) return true;
      std::optional<Hashes> above;
      for (std::uint64_t i = 0; i < tiles; ++i) {
        if (i % kTileWidth == 0) above = stored_tile(database, {level + 1, i / kTileWidth});
        const auto tile = stored_tile(database, {level, i});
        if (!tile || (above && perfect_root(*tile) != (*above)[i % kTileWidth])) return false;
      }
    }
  } catch (const LedgerError& e) {
    if (e.kind != LedgerErrorKind::corrupt) throw;
    return false;
  }
}

}  // namespace

std::optional<TileId> read_tile_key(std::string_view key) {
  if (key.size() != 10 || key[0] != keys::kTileTag) return std::nullopt;
  return TileId{static_cast<unsigned char>(key[1]), keys::number_at(key, 2)};
}

std::uint64_t stored_tiles(const Database& database, unsigned level) {
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db->NewIterator(rocksdb::ReadOptions(), database.index));
  it->SeekForPrev(key_of({level, ~std::uint64_t{0}}));
  if (!it->Valid()) {
    check(it->status(), kReadingTiles);
    return 0;
  }
  const auto id = read_tile_key(it->key().ToStringView());
  return id && id->level == level ? id->index + 1 : 0;
}

std::optional<Hashes> stored_tile(const Database& database, TileId id) {
  rocksdb::PinnableSlice value;
  const auto status = database.db->Get(rocksdb::ReadOptions(), database.index, key_of(id), &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, kReadingTiles);
  if (value.size() != kTileBytes)
    throw LedgerError(LedgerErrorKind::corrupt, name_of(id) + " has " +
                                                    std::to_string(value.size()) + " bytes, not " +
                                                    std::to_string(kTileBytes));
  Hashes tile(kTileWidth);
  std::memcpy(tile.data(), value.data(), kTileBytes);
  return tile;
}

std::optional<std::string> check_tile(const Database& database, TileId id,
                                      std::span<const Digest> expected) {
  try {
    const auto found = stored_tile(database, id);
    if (!found) return std::nullopt;
    if (!std::equal(found->begin(), found->end(), expected.begin(), expected.end()))
      return name_of(id) + " is not what the events call for";
  } catch (const LedgerError& e) {
    if (e.kind != LedgerErrorKind::corrupt) throw;
    return e.what();
  }
  return "";
}

Hashes LedgerTiles::tile(TileId id, std::uint64_t width) {
  if (stored_ && width == kTileWidth) {
    try {
      if (auto stored = stored_tile(database_, id)) return std::move(*stored);
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::corrupt) throw;  // it follows from the events
    }
  }
  Hashes hashes;
  hashes.reserve(width);
  const std::uint64_t first = id.index * kTileWidth;
  if (id.level == 0) {
    const auto cursor = scan_events(database_, first + 1, first + width);
    while (cursor->next()) hashes.push_back(leaf_hash(cursor->bytes()));
  } else {
    for (std::uint64_t i = first; i < first + width; ++i)
      hashes.push_back(perfect_root(tile({id.level - 1, i}, kTileWidth)));
  }
  return hashes;
}

void TileKeeper::catch_up(Database& database, Position head) {
  try {
    auto leaves = progress(database, head);
    if (!leaves) {
      remove_all(database);
      leaves = 0;
    }
    if (head - *leaves < kTileWidth) return;
    fill(database, *leaves, head);
  } catch (const std::exception&) {
    stopped_ = true;
  }
}

// The events up to `head` are stored, and tiles of all full ones before the last.
void TileKeeper::begin_at(Database& database, Position head) {
  const Position covered = (head - 1) / kTileWidth * kTileWidth;
  LedgerTiles source(database);
  builder_ = TileBuilder::after(covered, source);
  const auto nothing = [](TileId, std::span<const Digest>) {};
  const Position from = head - leaves_.size();  // those after it are known
  if (from > covered)
    for (const auto cursor = scan_events(database, covered + 1, from); cursor->next();)
      builder_->append(leaf_hash(cursor->bytes()), nothing);
}

void TileKeeper::append(Database& database, const Anchor& anchor) {
  if (stopped_) return;
  try {
    const auto emit = [&](TileId id, std::span<const Digest> tile) {
      ready_.emplace_back(key_of(id), value_of(tile));
    };
    if (builder_) return builder_->append(anchor.head, emit);
    // Short-lived writers never come to the end of a tile, and need not know what is before.
    leaves_.push_back(anchor.head);
    if (anchor.position() % kTileWidth != 0) return;
    begin_at(database, anchor.position());
    for (const Digest& leaf : leaves_) builder_->append(leaf, emit);
    leaves_ = {};
    const std::uint64_t before = (anchor.position() - 1) / kTileWidth * kTileWidth;
    if (builder_->root() == anchor.frontier.root() && fit_together(database, before)) return;
    // What is stored is not what the events call for.
    ready_.clear();
    rebuild_tiles(database, anchor.position());
    LedgerTiles source(database);
    builder_ = TileBuilder::after(anchor.position(), source);
  } catch (const std::exception&) {
    stopped_ = true;
  }
}

void TileKeeper::put_ready(const Database& database, rocksdb::WriteBatch& batch) {
  for (const auto& [key, tile] : ready_) batch.Put(database.index, key, tile);
  ready_.clear();
}

std::optional<std::string> compare_tiles(const Database& database, Position head) {
  std::optional<std::string> differs;
  std::uint64_t stored = stored_tiles(database, 0);
  TileBuilder builder;
  const auto cursor = scan_events(database, 1, head);
  while (!differs && cursor->next())
    builder.append(leaf_hash(cursor->bytes()), [&](TileId id, std::span<const Digest> tile) {
      const auto wrong = check_tile(database, id, tile);
      const std::uint64_t leaves = (id.index + 1) << kTileHeight * (id.level + 1);
      if (!wrong && leaves <= stored * kTileWidth)
        differs = name_of(id) + " is missing";
      else if (wrong && !wrong->empty())
        differs = wrong;
    });
  for (unsigned level = 0; !differs && level < 8; ++level)
    if (stored_tiles(database, level) > hashes_at(head, level) / kTileWidth)
      differs = "there are tiles of level " + std::to_string(level) + " of more events than " +
                std::to_string(head);
  return differs;
}

void rebuild_tiles(Database& database, Position head) {
  remove_all(database);
  fill(database, 0, head);
}

}  // namespace migledger::ledger
