// The Merkle tree over the stored bytes of events, as RFC 6962, section 2.1, defines it. The leaf
// of an event is the hash of its stored bytes; the n-th leaf is the event at position n.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/sha256.h"

namespace migledger::ledger {

// SHA-256(0x00 ‖ bytes).
Digest leaf_hash(std::span<const std::byte> bytes);

// SHA-256(0x01 ‖ left ‖ right).
Digest node_hash(const Digest& left, const Digest& right);

// The roots of the perfect subtrees that cover the leaves so far, the largest first: one for each
// bit set in size(). Enough to append to the tree and to know its root, in O(log n) memory.
class MerkleFrontier {
 public:
  void append(const Digest& leaf);

  // Appends all leaves of `next`, which has fewer than 2^n, to a tree whose size is a multiple of
  // 2^n, or exactly 2^n: what several threads have hashed becomes one tree. Throws
  // std::invalid_argument for any other two.
  void append(const MerkleFrontier& next);

  // The number of leaves.
  std::uint64_t size() const { return size_; }

  // The root of the tree; of the empty tree, SHA-256 of nothing.
  Digest root() const;

  // The subtree roots in hexadecimal, the largest first, separated by commas.
  std::string serialise() const;

  // The frontier of `size` leaves that serialise() wrote; nothing when the text is not one.
  static std::optional<MerkleFrontier> parse(std::uint64_t size, std::string_view text);

  friend bool operator==(const MerkleFrontier&, const MerkleFrontier&) = default;

 private:
  // Appends a perfect subtree of `leaves`, which divide the size.
  void append_subtree(std::uint64_t leaves, Digest root);

  std::uint64_t size_ = 0;
  std::vector<Digest> subtrees_;
};

}  // namespace migledger::ledger
