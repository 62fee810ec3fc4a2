#include "ledger/tlog/publish.h"

#include "ledger/copy/forking.h"

namespace migledger::ledger {

std::string why_inconsistent(const RocksEventStore& store, const Checkpoint& earlier,
                             const std::string& name) {
  const Position head = store.head().position;
  if (earlier.size > head)
    return "the ledger ends at position " + std::to_string(head) + ", but " + name +
           " was signed for " + std::to_string(earlier.size) +
           " events: the ledger has lost some of them, or is an older copy";
  // What is stored may be wrong, what follows from the events cannot be.
  for (const bool stored : {true, false}) {
    const auto tiles = store.tiles(stored);
    if (MerkleTree(*tiles, head).root_at(earlier.size) == earlier.root) return {};
  }
  return "the first " + std::to_string(earlier.size) + " events are not those that " + name +
         " was signed for: the ledger was changed, or is another one";
}

void refuse_inconsistent(const RocksEventStore& store, const std::filesystem::path& ledger,
                         const std::string& origin, std::span<const SignedCheckpoint> elsewhere) {
  const auto refuse = [&](const Checkpoint& earlier, const std::string& name) {
    const std::string why = why_inconsistent(store, earlier, name);
    if (!why.empty())
      throw LedgerError(
          LedgerErrorKind::refused,
          ledger.string() + ": " + why + ". Nothing was signed; migledger verify says more");
  };
  if (is_fork(store))
    throw LedgerError(
        LedgerErrorKind::refused,
        ledger.string() +
            " was forked from the ledger whose id it has; signed, it would be another "
            "history of that log. Nothing was signed");
  const CheckpointStore published(ledger);
  // Whoever signed it: it is of these events.
  if (const auto newest = published.newest())
    refuse(newest->checkpoint,
           "the checkpoint " + published.file_of(newest->checkpoint.size).string());
  for (const auto& other : elsewhere) {
    if (other.checkpoint.origin != origin)
      throw LedgerError(LedgerErrorKind::refused,
                        "the checkpoint that was to be replaced is of another log, " +
                            other.checkpoint.origin + "; this one is " + origin);
    refuse(other.checkpoint, "the checkpoint that was to be replaced");
  }
}

SignedCheckpoint publish_checkpoint(RocksEventStore& store, const std::filesystem::path& ledger,
                                    const SigningKey& key, std::string_view ledger_id,
                                    Position session, Time now,
                                    std::span<const SignedCheckpoint> elsewhere) {
  const MerkleFrontier tree = store.frontier();
  const Checkpoint head{origin_of(key.verifier().name, ledger_id), tree.size(), tree.root()};
  refuse_inconsistent(store, ledger, head.origin, elsewhere);
  SignedCheckpoint checkpoint = sign(head, key);
  CheckpointStore(ledger).put(checkpoint);
  EventDraft draft(kLedgerStream, now, session);
  auto body = draft.body().initCheckpointed();
  body.setSize(head.size);
  body.setRoot({reinterpret_cast<const kj::byte*>(head.root.data()), head.root.size()});
  body.setOrigin(head.origin);
  body.setKeyName(key.verifier().name);
  body.setKeyId(key.verifier().id());
  store.append_one(draft);
  return checkpoint;
}

}  // namespace migledger::ledger
