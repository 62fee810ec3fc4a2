// LedgerBuilder: makes a ledger from the stored bytes of another's events. What comes out has the
// same events, byte for byte, and so the same Merkle root.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "ledger/directory/anchor.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

class LedgerBuilder {
 public:
  // In `directory`, which must be empty. Throws LedgerError(disk).
  explicit LedgerBuilder(const std::filesystem::path& directory);
  ~LedgerBuilder();
  LedgerBuilder(const LedgerBuilder&) = delete;
  LedgerBuilder& operator=(const LedgerBuilder&) = delete;

  // Adds the next event; it is valid until the next call. Throws std::invalid_argument with what
  // is wrong with it, or LedgerError(disk).
  schema::Event::Reader add(std::span<const std::byte> bytes);

  // Over what was added.
  const MerkleFrontier& frontier() const;

  // Writes everything out: from here on the directory is a ledger. Its files are synced, the entry
  // of the directory itself is not. At least one event must have been added. Throws
  // LedgerError(disk).
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace migledger::ledger
