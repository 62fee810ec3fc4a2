#include "ledger/merkle/merkle.h"

#include <bit>
#include <catch2/catch.hpp>

namespace migledger::ledger {
namespace {

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// RFC 6962, section 2.1, word for word: split at the largest power of two below n.
Digest by_definition(std::span<const std::vector<std::byte>> leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return leaf_hash(leaves[0]);
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return node_hash(by_definition(leaves.first(k)), by_definition(leaves.subspan(k)));
}

}  // namespace

TEST_CASE("sha256: known digests, hexadecimal there and back") {
  CHECK(to_hex(sha256(bytes_of("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(bytes_of("ab"), bytes_of("c")) == sha256(bytes_of("abc")));
  const Digest digest = sha256(bytes_of("abc"));
  CHECK(digest_from_hex(to_hex(digest)) == digest);
  CHECK_FALSE(digest_from_hex("ba78"));
  CHECK_FALSE(digest_from_hex(std::string(64, 'A')));
}

// The eight leaves and roots of the reference tree of Certificate Transparency.
TEST_CASE("merkle: the reference tree of Certificate Transparency") {
  const char* leaves[] = {"",
                          "00",
                          "10",
                          "2021",
                          "3031",
                          "40414243",
                          "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"};
  const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleFrontier frontier;
  CHECK(to_hex(frontier.root()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (int i = 0; i < 8; ++i) {
    frontier.append(leaf_hash(from_hex(leaves[i])));
    CHECK(to_hex(frontier.root()) == roots[i]);
  }
}

TEST_CASE("merkle: the frontier agrees with the recursive definition, and survives text") {
  std::vector<std::vector<std::byte>> leaves;
  MerkleFrontier frontier;
  for (int n = 0; n <= 130; ++n) {
    CHECK(frontier.size() == leaves.size());
    CHECK(frontier.root() == by_definition(leaves));
    const auto read = MerkleFrontier::parse(frontier.size(), frontier.serialise());
    REQUIRE(read);
    CHECK(*read == frontier);
    leaves.push_back(from_hex("0a0b"));
    leaves.back().push_back(static_cast<std::byte>(n));
    frontier.append(leaf_hash(leaves.back()));
  }
}

TEST_CASE("merkle: text that is no frontier is refused") {
  MerkleFrontier frontier;
  for (int i = 0; i < 3; ++i) frontier.append(leaf_hash({}));
  const std::string text = frontier.serialise();
  CHECK_FALSE(MerkleFrontier::parse(4, text));
  CHECK_FALSE(MerkleFrontier::parse(3, text.substr(1)));
  CHECK_FALSE(MerkleFrontier::parse(3, ""));
  CHECK_FALSE(MerkleFrontier::parse(3, text + ",zz"));
}

TEST_CASE("merkle: trees that were hashed apart are joined") {
  const auto tree_of = [](std::uint64_t from, std::uint64_t count) {
    MerkleFrontier tree;
    for (std::uint64_t i = from; i < from + count; ++i)
      tree.append(leaf_hash(bytes_of(std::to_string(i))));
    return tree;
  };
  for (const std::uint64_t whole : {0, 16, 32, 48, 112})
    for (std::uint64_t more = 0; more <= 16; ++more) {
      MerkleFrontier joined = tree_of(0, whole);
      joined.append(tree_of(whole, more));
      CHECK(joined == tree_of(0, whole + more));
    }
  MerkleFrontier odd = tree_of(0, 12);
  CHECK_THROWS_AS(odd.append(tree_of(12, 5)), std::invalid_argument);
  CHECK(odd == tree_of(0, 12));
}

}  // namespace migledger::ledger
