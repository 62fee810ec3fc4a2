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

#include "ledger/sha256.h"

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
  std::uint64_t size_ = 0;
  std::vector<Digest> subtrees_;
};

}  // namespace migledger::ledger
