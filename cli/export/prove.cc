#include "cli/export/prove.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/base/exit_status.h"
#include "cli/base/names.h"
#include "cli/base/output_file.h"
#include "cli/base/usage_error.h"
#include "cli/session/open_to_read.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/merkle.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

namespace {

using ledger::Checkpoint;
using ledger::Digest;
using ledger::Hashes;
using ledger::LedgerError;
using ledger::LedgerErrorKind;
using ledger::MerkleTree;
using ledger::RocksEventStore;
using ledger::SignedCheckpoint;

// The proofs that `make` makes out of stored tiles, or, when they do not hold, out of the events
// themselves.
Hashes proven(const RocksEventStore& store, std::uint64_t size,
              const std::function<Hashes(MerkleTree&)>& make,
              const std::function<bool(MerkleTree&, const Hashes&)>& holds) {
  for (const bool stored : {true, false}) {
    const auto tiles = store.tiles(stored);
    MerkleTree tree(*tiles, size);
    Hashes proof = make(tree);
    if (holds(tree, proof)) return proof;
  }
  throw LedgerError(LedgerErrorKind::corrupt,
                    fmt::format("the first {} events are not those that the checkpoint was signed "
                                "for, and nothing can be proven; run migledger verify",
                                size));
}

std::string inclusion(const RocksEventStore& store, std::uint64_t position,
                      const SignedCheckpoint& signed_head, std::string& entry) {
  const Checkpoint& head = signed_head.checkpoint;
  if (position == 0 || position > head.size)
    throw UsageError(fmt::format("position {} is not among the {} events of the checkpoint; {}",
                                 position, head.size,
                                 position > head.size && position <= store.head().position
                                     ? "sign a newer one with migledger checkpoint"
                                     : "positions begin with 1"));
  const auto cursor = store.scan(position, position);
  cursor->next();
  const auto bytes = cursor->bytes();
  entry.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Digest leaf = ledger::leaf_hash(bytes);
  const Hashes proof = proven(
      store, head.size, [&](MerkleTree& tree) { return tree.inclusion(position - 1); },
      [&](MerkleTree&, const Hashes& hashes) {
        return ledger::root_from_inclusion(position - 1, head.size, leaf, hashes) == head.root;
      });
  return ledger::inclusion_text(position - 1, proof, signed_head.bytes);
}

std::string consistency(const RocksEventStore& store, std::uint64_t from, const Checkpoint& head,
                        std::string_view text, bool is_signed) {
  if (from == 0 || from > head.size)
    throw UsageError(fmt::format("--from {} is not between 1 and {}", from, head.size));
  const Hashes proof = proven(
      store, head.size, [&](MerkleTree& tree) { return tree.consistency(from); },
      [&](MerkleTree& tree, const Hashes& hashes) {
        const Digest root = is_signed ? head.root : tree.root();
        return ledger::proves_consistency(from, tree.root_at(from), head.size, root, hashes);
      });
  return ledger::consistency_text(from, proof, text);
}

}  // namespace

int run_prove(const ProveCommand& command, std::ostream& out, std::ostream& err) {
  if (command.position.has_value() == command.from.has_value())
    throw UsageError("give a position, or --from (and --to)");
  if (!command.position && !command.entry.empty())
    throw UsageError("--entry is for the event of a position, and --from names none");
  if (!command.entry.empty() && command.entry == command.out)
    throw UsageError("--out and --entry name the same file");
  OutputFile proof_file(command.out.empty() ? "-" : command.out, unless(command.force), out);
  std::optional<OutputFile> entry_file;
  if (!command.entry.empty()) entry_file.emplace(command.entry, unless(command.force), out);
  const auto store = open_to_read(command.ledger, err);
  const std::uint64_t head = store->head().position;
  const ledger::CheckpointStore published(command.ledger);
  std::optional<SignedCheckpoint> checkpoint;
  if (!command.checkpoint.empty())
    checkpoint = ledger::read_checkpoint(command.checkpoint);
  else if (command.to)
    checkpoint = published.read(*command.to);
  else
    checkpoint = published.newest();
  if (checkpoint && checkpoint->checkpoint.size > head)
    throw LedgerError(LedgerErrorKind::refused,
                      fmt::format("{} has {} events, and the checkpoint was signed for {}: events "
                                  "were lost, or it is an older copy",
                                  command.ledger, head, checkpoint->checkpoint.size));

  std::string proof;
  std::string entry;
  if (command.position) {
    if (!checkpoint)
      throw UsageError(
          "the ledger has published no checkpoint; sign one with migledger checkpoint");
    proof = inclusion(*store, *command.position, *checkpoint, entry);
  } else if (checkpoint) {
    if (command.to && *command.to != checkpoint->checkpoint.size)
      throw UsageError(fmt::format("--to {} is not the size of the checkpoint, {}", *command.to,
                                   checkpoint->checkpoint.size));
    proof = consistency(*store, *command.from, checkpoint->checkpoint, checkpoint->bytes, true);
  } else {
    Checkpoint unsigned_head;
    unsigned_head.size = command.to.value_or(head);
    if (unsigned_head.size == 0 || unsigned_head.size > head)
      throw UsageError(fmt::format("--to {} is not between 1 and {}", unsigned_head.size, head));
    const auto newest = published.newest();
    unsigned_head.origin =
        newest ? newest->checkpoint.origin : ledger::origin_of("unsigned", ledger_facts(*store).id);
    const auto tiles = store->tiles();
    unsigned_head.root = MerkleTree(*tiles, unsigned_head.size).root();
    proof = consistency(*store, *command.from, unsigned_head, unsigned_head.text(), false);
    err << fmt::format(
        "migledger: no checkpoint of {} events was published: the end of the proof "
        "is not signed\n",
        unsigned_head.size);
  }
  if (entry_file) {
    entry_file->write(entry);
    entry_file->finish();
  }
  proof_file.write(proof);
  proof_file.finish();
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
