#include "ledger/verify/verify_tree.h"

#include <set>

#include "ledger/index/merkle_tiles.h"
#include "ledger/merkle/checkpoint.h"

namespace migledger::ledger {

namespace {

Finding finding_of(const std::string& what, Position first) {
  return {Check::tile, first, "", what,
          "the events are unharmed, and proofs are made of them; restore the ledger's directory "
          "from a copy to be rid of it"};
}

}  // namespace

void look_for_tiles(const Database& database, Stretch& stretch) {
  for (std::size_t i = 0; i < stretch.tile_roots.size(); ++i) {
    const std::uint64_t number = (stretch.first - 1) / kTileWidth + i;
    const auto wrong = check_tile(database, {0, number},
                                  std::span(stretch.leaves).subspan(i * kTileWidth, kTileWidth));
    if (!wrong) continue;
    stretch.tiles.push_back(number);
    if (!wrong->empty()) stretch.findings.push_back(finding_of(*wrong, number * kTileWidth + 1));
  }
}

void TileCheck::take(const Database& database, const Stretch& stretch) {
  result_.tiles += stretch.tiles.size();
  if (!stretch.tiles.empty()) last_ = stretch.tiles.back() + 1;
  const std::uint64_t first = (stretch.first - 1) / kTileWidth;
  std::size_t stored = 0;
  for (std::size_t i = 0; i < stretch.tile_roots.size(); ++i) {
    if (stored < stretch.tiles.size() && stretch.tiles[stored] == first + i)
      ++stored;
    else if (!missing_)
      missing_ = first + i;
    above_.append(stretch.tile_roots[i], [&](TileId id, std::span<const Digest> tile) {
      const TileId above{id.level + 1, id.index};
      const auto wrong = check_tile(database, above, tile);
      if (!wrong) return;
      ++result_.tiles;
      if (!wrong->empty())
        result_.findings.add(finding_of(*wrong, (id.index << kTileHeight * (above.level + 1)) + 1));
    });
  }
}

void TileCheck::end(const Database& database, Position head) {
  // A writer stores them in order.
  if (missing_ && *missing_ < last_)
    result_.findings.add(finding_of("tile " + std::to_string(*missing_) +
                                        " of the Merkle tree is missing, and later ones are stored",
                                    *missing_ * kTileWidth + 1));
  for (unsigned level = 0; level < 8; ++level)
    if (stored_tiles(database, level) > hashes_at(head, level) / kTileWidth)
      result_.findings.add(finding_of(
          "there are tiles of level " + std::to_string(level) + " of more events than the log has",
          0));
}

void CheckpointCheck::list(const std::filesystem::path& ledger,
                           const std::vector<KnownCheckpoint>& more) {
  known_ = more;
  const CheckpointStore published(ledger);
  for (const std::uint64_t size : published.sizes()) {
    const std::string file = "checkpoints/" + published.file_of(size).filename().string();
    try {
      if (const auto read = published.read(size))
        known_.push_back({size, read->checkpoint.root, file});
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::refused) throw;
      result_.findings.add(
          {Check::checkpoint, 0, file, e.what(), "put the file back from a copy, if there is one"});
    }
  }
}

void CheckpointCheck::add_sizes(std::vector<std::uint64_t>& sizes) const {
  for (const auto& known : known_) sizes.push_back(known.size);
}

void CheckpointCheck::take(const Stretch& stretch) {
  known_.insert(known_.end(), stretch.checkpoints.begin(), stretch.checkpoints.end());
  // Signed for the ledger that this one was forked from, whose first event is another.
  std::erase_if(
      known_, [&](const auto& known) { return known.event != 0 && known.event < stretch.forked; });
}

void CheckpointCheck::check(const Database& database, Position head) {
  std::set<std::pair<std::uint64_t, Digest>> distinct;  // one may be in an event and a file
  // Those that were found to be sound spare reading the events again.
  LedgerTiles tiles(database, result_.findings.counts().count(Check::tile) == 0);
  for (const auto& [size, root, where, event] : known_) {
    if (size > head) {
      result_.findings.add(
          {Check::checkpoint, 0, where,
           "the log ends at position " + std::to_string(head) +
               ", and a checkpoint was signed for " + std::to_string(size) +
               " events: some were lost, or this is an older copy",
           "restore a newer copy of the ledger's directory; or go on with what is there, and run "
           "migledger reconcile first"});
      continue;
    }
    if (size > result_.head) continue;
    const auto tree = result_.trees.find(size);
    // Not all events up to there could be read.
    if (tree == result_.trees.end() && !result_.tree) continue;
    if (distinct.emplace(size, root).second) ++result_.checkpoints;
    const Digest found =
        tree != result_.trees.end() ? tree->second.root() : MerkleTree(tiles, size).root();
    if (found == root) continue;
    result_.findings.add({Check::checkpoint, size, where,
                          "the first " + std::to_string(size) +
                              " events are not those that a checkpoint was signed for: their root "
                              "is " +
                              to_hex(found) + ", not " + to_hex(root),
                          "the ledger was changed: restore its directory from a copy, and find out "
                          "who changed it"});
  }
}

}  // namespace migledger::ledger
