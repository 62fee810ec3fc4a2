// Trees and proofs of RFC 6962 out of tiles: rows of up to 256 hashes, from which every other hash
// of the tree follows (https://c2sp.org/tlog-tiles, "Merkle Tree").
//
// In tile `index` of level 0 are the leaf hashes 256 * index and on, counted from 0; in one of a
// higher level, the roots of 256 full tiles each of the level below.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "ledger/base/sha256.h"

namespace migledger::ledger {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr unsigned kTileHeight = 8;  // 2^8 = 256

using Hashes = std::vector<Digest>;

struct TileId {
  unsigned level = 0;
  std::uint64_t index = 0;

  friend auto operator<=>(const TileId&, const TileId&) = default;
};

// How many hashes of level `level` a tree of `size` leaves has in tiles: its full tiles are this
// divided by 256, and what remains is the width of the partial one.
constexpr std::uint64_t hashes_at(std::uint64_t size, unsigned level) {
  return kTileHeight * level < 64 ? size >> (kTileHeight * level) : 0;
}

// The root over a power of two of hashes of one level.
Digest perfect_root(std::span<const Digest> hashes);

// Where tiles come from. A tile that is asked for exists in the tree that the source is of.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The first `width` (1 to 256) hashes of a tile. Throws LedgerError when it cannot be had.
  virtual Hashes tile(TileId id, std::uint64_t width) = 0;
};

// Leaf hashes in, tiles out: each as soon as it is full. A leaf costs two hashes, whatever the
// size.
class TileBuilder {
 public:
  using Emit = std::function<void(TileId, std::span<const Digest>)>;

  void append(const Digest& leaf, const Emit& emit);

  std::uint64_t size() const { return size_; }
  // The hashes of `level` that are in no full tile yet.
  std::span<const Digest> rest(unsigned level) const;
  // The root of the tree; of the empty tree, SHA-256 of nothing.
  Digest root() const;

  // The builder after the first `size` leaves of `source`, a multiple of 256.
  static TileBuilder after(std::uint64_t size, TileSource& source);

 private:
  void push(unsigned level, const Digest& hash, const Emit& emit);

  std::uint64_t size_ = 0;
  std::vector<Hashes> rest_;  // by level
};

// The tree over the first `size` leaves of a source, which must outlive it. Keeps the tiles it
// read. Throws what the source throws.
class MerkleTree {
 public:
  MerkleTree(TileSource& source, std::uint64_t size) : source_(source), size_(size) {}

  std::uint64_t size() const { return size_; }
  Digest root() { return size_ == 0 ? sha256({}) : hash(0, size_); }
  Digest leaf(std::uint64_t index) { return hash(index, index + 1); }

  // RFC 6962, section 2.1.1: the hashes that lead from leaf `index` (from 0, below size) to the
  // root, the leaf's sibling first.
  Hashes inclusion(std::uint64_t index);

  // RFC 6962, section 2.1.2: the hashes that show the tree of the first `old_size` leaves (at most
  // size) to be the beginning of this one. Empty for 0 and for the size itself.
  Hashes consistency(std::uint64_t old_size);

  // The root of the tree over the first `size` leaves, at most those of this one.
  Digest root_at(std::uint64_t size) { return size == 0 ? sha256({}) : hash(0, size); }

 private:
  Digest hash(std::uint64_t from, std::uint64_t to);  // MTH(D[from:to])
  Digest perfect(unsigned height, std::uint64_t index);
  const Hashes& tile(TileId id);

  TileSource& source_;
  std::uint64_t size_;
  std::map<TileId, Hashes> tiles_;
};

// The root of a tree of `size` leaves that `proof` leads to from the leaf hash at `index`; nothing
// when the proof has not as many hashes as it must have.
std::optional<Digest> root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                          const Digest& leaf, std::span<const Digest> proof);

// Whether `proof` shows that the tree of `old_size` leaves with `old_root` is the beginning of the
// tree of `size` leaves with `root`. The empty tree is the beginning of every tree.
bool proves_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                        const Digest& root, std::span<const Digest> proof);

}  // namespace migledger::ledger
