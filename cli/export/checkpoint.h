// migledger checkpoint: the head of the log, signed.
//
// With `json`, one object:
//   origin, key   text; which log it is of, and the name of the key
//   key_id        text, eight hexadecimal digits
//   size          number; how many events it covers, from the first
//   root          text, hexadecimal; the Merkle root over them
//   file          text; where the ledger keeps it
//   simulated     true; only in a ledger of the simulated tenancy
//   checkpoint    text; the signed note
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

struct CheckpointCommand {
  std::string ledger;
  std::string key;     // file of the private key; empty: as configured
  std::string config;  // has the key when none is named; empty: none
  std::string out;     // a copy; empty: none. What is there must be an earlier one of this log
  bool json = false;
  std::string command_line;
};

// Prints it. Returns an exit code. Throws UsageError, ConfigError, LedgerError: in_use while a run
// is going, refused when the ledger has lost or changed events that were signed before.
int run_checkpoint(const CheckpointCommand& command, std::ostream& out, std::ostream& err);

// Signs what the ledger in `directory` has, in a session of its own. `replaces`: a file with an
// earlier checkpoint, which need not be there; empty: none. Throws as run_checkpoint.
ledger::SignedCheckpoint sign_ledger(const std::string& directory, const ledger::SigningKey& key,
                                     const std::string& replaces, const std::string& command_line,
                                     std::ostream& err);

// Signs what a run has left in `store`, in the session of its last event. Throws LedgerError.
ledger::SignedCheckpoint sign_after_run(ledger::RocksEventStore& store,
                                        const std::string& directory,
                                        const ledger::SigningKey& key);

}  // namespace migledger::cli
