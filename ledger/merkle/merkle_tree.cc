#include "ledger/merkle/merkle_tree.h"

#include <algorithm>
#include <bit>

#include "ledger/merkle/merkle.h"

namespace migledger::ledger {

Digest perfect_root(std::span<const Digest> hashes) {
  if (hashes.size() == 1) return hashes[0];
  Hashes row(hashes.size() / 2);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  for (std::size_t width = row.size(); width > 1; width /= 2)
    for (std::size_t i = 0; i < width / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  return row[0];
}

void TileBuilder::append(const Digest& leaf, const Emit& emit) {
  push(0, leaf, emit);
  ++size_;
}

void TileBuilder::push(unsigned level, const Digest& hash, const Emit& emit) {
  if (rest_.size() <= level) rest_.resize(level + 1);
  Hashes& rest = rest_[level];
  rest.push_back(hash);
  if (rest.size() < kTileWidth) return;
  emit({level, hashes_at(size_, level) / kTileWidth}, rest);
  const Digest root = perfect_root(rest);
  rest.clear();
  push(level + 1, root, emit);
}

std::span<const Digest> TileBuilder::rest(unsigned level) const {
  return level < rest_.size() ? std::span<const Digest>(rest_[level]) : std::span<const Digest>();
}

Digest TileBuilder::root() const {
  std::optional<Digest> root;
  for (const Hashes& rest : rest_) {
    // The smallest perfect subtrees are the last.
    std::size_t end = rest.size();
    for (std::size_t width = 1; end != 0; width *= 2) {
      if ((rest.size() & width) == 0) continue;
      const Digest subtree = perfect_root(std::span(rest).subspan(end - width, width));
      root = root ? node_hash(subtree, *root) : subtree;
      end -= width;
    }
  }
  return root.value_or(sha256({}));
}

TileBuilder TileBuilder::after(std::uint64_t size, TileSource& source) {
  TileBuilder builder;
  builder.size_ = size;
  for (unsigned level = 1; hashes_at(size, level) != 0; ++level) {
    builder.rest_.resize(level + 1);
    const std::uint64_t count = hashes_at(size, level);
    for (std::uint64_t i = count / kTileWidth * kTileWidth; i < count; ++i)
      builder.rest_[level].push_back(perfect_root(source.tile({level - 1, i}, kTileWidth)));
  }
  return builder;
}

Hashes MerkleTree::inclusion(std::uint64_t index) {
  Hashes proof;
  std::uint64_t from = 0;
  std::uint64_t to = size_;
  while (to - from > 1) {
    const std::uint64_t middle = from + std::bit_floor(to - from - 1);
    if (index < middle) {
      proof.push_back(hash(middle, to));
      to = middle;
    } else {
      proof.push_back(hash(from, middle));
      from = middle;
    }
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Hashes MerkleTree::consistency(std::uint64_t old_size) {
  Hashes proof;
  if (old_size == 0 || old_size == size_) return proof;
  std::uint64_t from = 0;
  std::uint64_t to = size_;
  bool whole = true;  // the old tree ends where this part begins at 0: its root is known
  while (old_size != to) {
    const std::uint64_t middle = from + std::bit_floor(to - from - 1);
    if (old_size <= middle) {
      proof.push_back(hash(middle, to));
      to = middle;
    } else {
      proof.push_back(hash(from, middle));
      from = middle;
      whole = false;
    }
  }
  if (!whole) proof.push_back(hash(from, to));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Digest MerkleTree::hash(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t leaves = to - from;
  // `from` is a multiple of every power of two below twice the number of leaves.
  if (std::has_single_bit(leaves)) {
    const auto height = static_cast<unsigned>(std::countr_zero(leaves));
    return perfect(height, from >> height);
  }
  const std::uint64_t middle = from + std::bit_floor(leaves - 1);
  const Digest left = hash(from, middle);
  return node_hash(left, hash(middle, to));
}

Digest MerkleTree::perfect(unsigned height, std::uint64_t index) {
  const unsigned level = height / kTileHeight;
  const std::uint64_t width = std::uint64_t{1} << height % kTileHeight;
  const std::uint64_t first = index * width;  // of the hashes of that level
  const Hashes& row = tile({level, first / kTileWidth});
  return perfect_root(std::span(row).subspan(first % kTileWidth, width));
}

const Hashes& MerkleTree::tile(TileId id) {
  const auto known = tiles_.find(id);
  if (known != tiles_.end()) return known->second;
  const std::uint64_t width =
      std::min(kTileWidth, hashes_at(size_, id.level) - id.index * kTileWidth);
  return tiles_.emplace(id, source_.tile(id, width)).first->second;
}

std::optional<Digest> root_from_inclusion(std::uint64_t index, std::uint64_t size,
                                          const Digest& leaf, std::span<const Digest> proof) {
  if (index >= size) return std::nullopt;
  // From the leaf up: `index` and `last` are the places of the node and of the last node of its
  // row.
  Digest root = leaf;
  std::uint64_t last = size - 1;
  for (const Digest& sibling : proof) {
    if (last == 0) return std::nullopt;
    if ((index & 1) != 0 || index == last) {
      root = node_hash(sibling, root);
      // A node without a sibling is moved up as it is.
      while ((index & 1) == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      root = node_hash(root, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::nullopt;
  return root;
}

bool proves_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                        const Digest& root, std::span<const Digest> proof) {
  if (old_size > size) return false;
  if (old_size == 0) return proof.empty() && old_root == sha256({});
  if (old_size == size) return proof.empty() && old_root == root;
  // The place of the old tree's last node, in the row where it is the root of a perfect subtree.
  std::uint64_t index = old_size - 1;
  std::uint64_t last = size - 1;
  while ((index & 1) != 0) {
    index >>= 1;
    last >>= 1;
  }
  if (index != 0 && proof.empty()) return false;
  Digest old_hash = index == 0 ? old_root : proof[0];
  Digest new_hash = old_hash;
  for (const Digest& other : proof.subspan(index == 0 ? 0 : 1)) {
    if (last == 0) return false;
    if ((index & 1) != 0 || index == last) {
      old_hash = node_hash(other, old_hash);
      new_hash = node_hash(other, new_hash);
      while ((index & 1) == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, other);
    }
    index >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && new_hash == root;
}

}  // namespace migledger::ledger
