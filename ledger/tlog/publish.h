// Publishing a checkpoint of a ledger: signed only over what is on disk, and never in disagreement
// with one that was signed before.
#pragma once

#include <filesystem>
#include <span>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::ledger {

// Why the events of `store` cannot be those of `earlier`: they are fewer, or others. Empty when
// they can. `name` says where it was found. Throws LedgerError when the events cannot be read.
std::string why_inconsistent(const RocksEventStore& store, const Checkpoint& earlier,
                             const std::string& name);

// Throws LedgerError(refused) when one of `elsewhere`, which are known from other places, or the
// newest checkpoint that the ledger in `ledger` has published, says that events were lost or
// changed, or is of another log than `origin`.
void refuse_inconsistent(const RocksEventStore& store, const std::filesystem::path& ledger,
                         const std::string& origin,
                         std::span<const SignedCheckpoint> elsewhere = {});

// Signs all events of `store`, which must be open for writing, in `ledger`; keeps the checkpoint
// there and records it as an event of `session` (0: of none) at `now`. Must not run at
// once with append. Throws as refuse_inconsistent, which it calls; LedgerError(disk).
SignedCheckpoint publish_checkpoint(RocksEventStore& store, const std::filesystem::path& ledger,
                                    const SigningKey& key, std::string_view ledger_id,
                                    Position session, Time now,
                                    std::span<const SignedCheckpoint> elsewhere = {});

}  // namespace migledger::ledger
