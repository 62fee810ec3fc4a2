// Checkpoints: what a log says of itself, size and root, signed (https://c2sp.org/tlog-checkpoint),
// and the proofs that lead to one (https://c2sp.org/tlog-proof, FORMAT.md, "Proofs").
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/event.h"
#include "ledger/merkle/merkle_tree.h"
#include "ledger/merkle/signed_note.h"

namespace migledger::ledger {

struct Checkpoint {
  std::string origin;  // which log it is of
  std::uint64_t size = 0;
  Digest root{};

  // The text that is signed: three lines.
  std::string text() const;
  // Of such a text; further lines are passed over. Throws std::invalid_argument.
  static Checkpoint parse(std::string_view text);

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The origin of the checkpoints that a key of that name signs for a ledger. Every ledger is a log
// of its own, and one key may sign for several.
std::string origin_of(std::string_view key_name, std::string_view ledger_id);

// A checkpoint with its signatures.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  std::string bytes;  // as they were read or signed

  // Throws std::invalid_argument.
  static SignedCheckpoint parse(std::string_view bytes);
};

SignedCheckpoint sign(const Checkpoint& checkpoint, const SigningKey& key);

// The file's checkpoint. Throws LedgerError(refused) when it holds none, or there is none.
SignedCheckpoint read_checkpoint(const std::filesystem::path& file);

// The checkpoints that a ledger has published: `checkpoints/` in its directory, a file each.
class CheckpointStore {
 public:
  explicit CheckpointStore(const std::filesystem::path& ledger);

  // Sizes, ascending.
  std::vector<std::uint64_t> sizes() const;
  std::filesystem::path file_of(std::uint64_t size) const;
  // Nothing when there is none. Throws LedgerError(refused) for one that is damaged.
  std::optional<SignedCheckpoint> read(std::uint64_t size) const;
  std::optional<SignedCheckpoint> newest() const;
  void put(const SignedCheckpoint& checkpoint);

 private:
  const std::filesystem::path directory_;
};

// ---- proofs, as text
// ------------------------------------------------------------------------------

// That the entry at `index` is in the tree of the checkpoint: a tlog-proof.
std::string inclusion_text(std::uint64_t index, const Hashes& proof, std::string_view checkpoint);

// That the tree of `old_size` is the beginning of that of the checkpoint: as a witness is asked
// (https://c2sp.org/tlog-witness).
std::string consistency_text(std::uint64_t old_size, const Hashes& proof,
                             std::string_view checkpoint);

}  // namespace migledger::ledger
