#include "ledger/merkle/merkle.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace migledger::ledger {

Digest leaf_hash(std::span<const std::byte> bytes) {
  constexpr std::byte kLeaf{0x00};
  return sha256(std::span(&kLeaf, 1), bytes);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::byte, 65> node;
  node[0] = std::byte{0x01};
  std::copy(left.begin(), left.end(), node.begin() + 1);
  std::copy(right.begin(), right.end(), node.begin() + 33);
  return sha256(node);
}

void MerkleFrontier::append_subtree(std::uint64_t leaves, Digest root) {
  // Every trailing one of the size, from there on, is a perfect subtree that the new one completes
  // into a larger.
  for (std::uint64_t rest = size_ / leaves; (rest & 1) != 0; rest >>= 1) {
    root = node_hash(subtrees_.back(), root);
    subtrees_.pop_back();
  }
  subtrees_.push_back(root);
  size_ += leaves;
}

void MerkleFrontier::append(const Digest& leaf) { append_subtree(1, leaf); }

void MerkleFrontier::append(const MerkleFrontier& next) {
  if (next.size_ == 0) return;
  const std::uint64_t largest = std::bit_floor(next.size_);
  const std::uint64_t whole = largest == next.size_ ? largest : 2 * largest;
  if (size_ % whole != 0)
    throw std::invalid_argument("these two Merkle trees cannot be joined without their leaves");
  std::uint64_t left = next.size_;
  for (const Digest& subtree : next.subtrees_) {
    const std::uint64_t leaves = std::bit_floor(left);
    append_subtree(leaves, subtree);
    left -= leaves;
  }
}

Digest MerkleFrontier::root() const {
  if (subtrees_.empty()) return sha256({});
  Digest root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) root = node_hash(subtrees_[i], root);
  return root;
}

std::string MerkleFrontier::serialise() const {
  std::string text;
  for (const Digest& subtree : subtrees_) {
    if (!text.empty()) text.push_back(',');
    text += to_hex(subtree);
  }
  return text;
}

std::optional<MerkleFrontier> MerkleFrontier::parse(std::uint64_t size, std::string_view text) {
  MerkleFrontier frontier;
  frontier.size_ = size;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto subtree = digest_from_hex(text.substr(0, comma));
    if (!subtree) return std::nullopt;
    frontier.subtrees_.push_back(*subtree);
    text.remove_prefix(comma);
    if (!text.empty()) text.remove_prefix(1);
  }
  if (frontier.subtrees_.size() != static_cast<std::size_t>(std::popcount(size)))
    return std::nullopt;
  return frontier;
}

}  // namespace migledger::ledger
