#include "ledger/merkle/merkle_tree.h"

#include <catch2/catch.hpp>
#include <map>

#include "ledger/merkle/merkle.h"

namespace migledger::ledger {
namespace {

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// The tiles of leaves that a builder is given, as a store of files would have them.
class Tiles : public TileSource {
 public:
  void append(const Digest& leaf) {
    builder.append(leaf, [&](TileId id, std::span<const Digest> tile) {
      REQUIRE(tile.size() == kTileWidth);
      REQUIRE(full.emplace(id, Hashes(tile.begin(), tile.end())).second);
    });
  }
  Hashes tile(TileId id, std::uint64_t width) override {
    ++reads;
    if (const auto found = full.find(id); found != full.end())
      return Hashes(found->second.begin(), found->second.begin() + static_cast<long>(width));
    const auto rest = builder.rest(id.level);
    REQUIRE(rest.size() >= width);
    return Hashes(rest.begin(), rest.begin() + static_cast<long>(width));
  }

  TileBuilder builder;
  std::map<TileId, Hashes> full;
  int reads = 0;
};

Digest leaf_number(std::uint64_t n) { return leaf_hash(bytes_of("leaf " + std::to_string(n))); }

std::vector<std::string> hex_of(const Hashes& hashes) {
  std::vector<std::string> hex;
  for (const Digest& hash : hashes) hex.push_back(to_hex(hash));
  return hex;
}

}  // namespace

// Leaves and proofs of the reference tree of Certificate Transparency (its tests of Merkle trees).
TEST_CASE("merkle tree: the proofs of the reference tree of Certificate Transparency") {
  const char* leaves[] = {"",
                          "00",
                          "10",
                          "2021",
                          "3031",
                          "40414243",
                          "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"};
  Tiles tiles;
  for (const char* leaf : leaves) tiles.append(leaf_hash(from_hex(leaf)));
  const auto inclusion = [&](std::uint64_t index, std::uint64_t size) {
    return hex_of(MerkleTree(tiles, size).inclusion(index));
  };
  const auto consistency = [&](std::uint64_t from, std::uint64_t to) {
    return hex_of(MerkleTree(tiles, to).consistency(from));
  };
  using Lines = std::vector<std::string>;
  CHECK(inclusion(0, 1) == Lines{});
  CHECK(inclusion(0, 8) ==
        Lines{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
              "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
              "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"});
  CHECK(inclusion(5, 8) ==
        Lines{"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
              "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"});
  CHECK(inclusion(2, 3) ==
        Lines{"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"});
  CHECK(consistency(1, 1) == Lines{});
  CHECK(consistency(1, 8) ==
        Lines{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
              "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
              "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"});
  CHECK(consistency(6, 8) ==
        Lines{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
              "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"});
  CHECK(consistency(2, 5) ==
        Lines{"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
              "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"});
}

TEST_CASE("merkle tree: every proof of small trees holds, and holds for nothing else") {
  Tiles tiles;
  std::vector<Digest> roots{sha256({})};
  MerkleFrontier frontier;
  for (std::uint64_t size = 1; size <= 40; ++size) {
    tiles.append(leaf_number(size - 1));
    frontier.append(leaf_number(size - 1));
    roots.push_back(frontier.root());
    MerkleTree tree(tiles, size);
    REQUIRE(tree.root() == frontier.root());
    REQUIRE(tiles.builder.root() == frontier.root());
    for (std::uint64_t index = 0; index < size; ++index) {
      Hashes proof = tree.inclusion(index);
      REQUIRE(root_from_inclusion(index, size, leaf_number(index), proof) == frontier.root());
      REQUIRE(root_from_inclusion(index, size, leaf_number(size), proof) != frontier.root());
      REQUIRE(root_from_inclusion(size, size, leaf_number(index), proof) != frontier.root());
      if (index + 1 < size)
        REQUIRE(root_from_inclusion(index + 1, size, leaf_number(index), proof) != frontier.root());
      proof.push_back(leaf_number(0));
      REQUIRE_FALSE(root_from_inclusion(index, size, leaf_number(index), proof));
      proof.pop_back();
      if (proof.empty()) continue;
      proof.pop_back();
      REQUIRE(root_from_inclusion(index, size, leaf_number(index), proof) != frontier.root());
    }
    for (std::uint64_t old = 0; old <= size; ++old) {
      Hashes proof = tree.consistency(old);
      REQUIRE(proves_consistency(old, roots[old], size, frontier.root(), proof));
      REQUIRE_FALSE(proves_consistency(old, leaf_number(99), size, frontier.root(), proof));
      if (old != 0 && old != size)
        REQUIRE_FALSE(proves_consistency(old, roots[old], size, leaf_number(99), proof));
      if (old < size)
        REQUIRE_FALSE(proves_consistency(size, frontier.root(), old, roots[old], proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        Hashes altered = proof;
        altered[i][31] ^= std::byte{1};
        REQUIRE_FALSE(proves_consistency(old, roots[old], size, frontier.root(), altered));
      }
      proof.push_back(leaf_number(0));
      REQUIRE_FALSE(proves_consistency(old, roots[old], size, frontier.root(), proof));
    }
  }
}

TEST_CASE("merkle tree: tiles of several levels, and few of them for a proof") {
  constexpr std::uint64_t kSize = 70'000;
  Tiles tiles;
  MerkleFrontier frontier;
  std::map<std::uint64_t, Digest> roots;
  for (std::uint64_t n = 0; n < kSize; ++n) {
    tiles.append(leaf_number(n));
    frontier.append(leaf_number(n));
    if (n + 1 == 255 || n + 1 == 256 || n + 1 == 257 || n + 1 == 65'536 || n + 1 == 65'537 ||
        n + 1 == 66'000)
      roots[n + 1] = frontier.root();
  }
  // The sizes that tlog-tiles gives as its example.
  CHECK(hashes_at(kSize, 0) / kTileWidth == 273);
  CHECK(tiles.builder.rest(0).size() == 112);
  CHECK(hashes_at(kSize, 1) / kTileWidth == 1);
  CHECK(tiles.builder.rest(1).size() == 17);
  CHECK(tiles.builder.rest(2).size() == 1);
  CHECK(tiles.builder.rest(3).empty());
  CHECK(tiles.full.size() == 274);
  CHECK(tiles.builder.root() == frontier.root());
  for (const auto& [size, root] : roots) {
    MerkleTree tree(tiles, kSize);
    CHECK(tree.root_at(size) == root);
    CHECK(proves_consistency(size, root, kSize, frontier.root(), tree.consistency(size)));
  }
  for (const std::uint64_t index : {0ul, 255ul, 256ul, 65'535ul, 65'536ul, kSize - 1}) {
    tiles.reads = 0;
    MerkleTree tree(tiles, kSize);
    const Hashes proof = tree.inclusion(index);
    CHECK(root_from_inclusion(index, kSize, leaf_number(index), proof) == frontier.root());
    CHECK(tiles.reads <= 7);
  }
  // Gone on with from tiles alone.
  TileBuilder builder = TileBuilder::after(69'888, tiles);
  for (std::uint64_t n = 69'888; n < kSize; ++n)
    builder.append(leaf_number(n), [](TileId, std::span<const Digest>) { FAIL(); });
  CHECK(builder.root() == frontier.root());
}

}  // namespace migledger::ledger
