// migledger verify: whether a ledger is what its writers left, every byte of it.
//
// With `json`, one object:
//   ending          text; "intact", "tail-passed-over" (the beginning of a record that was never
//                   acknowledged is at the end of the log; all before it is intact), "refused"
//   ledger, cloud   text; of its first event; absent when that cannot be read
//   simulated       true; only in a ledger of the simulated tenancy
//   position        number; the last event that was looked at; 0: none
//   time            text; its time, UTC; absent when there is none
//   root            text, hexadecimal; the root of the Merkle tree over all events up to there;
//                   absent when one is missing
//   anchor          number; how far the ledger itself vouches for what was acknowledged
//   tail            object {file, bytes}; what was passed over; absent when nothing was
//   migrations, intents, snapshots, evidence, checkpoints, tiles   numbers; how many were looked at
//   unknown_events  number; events of kinds that a newer version wrote
//   findings        array of objects {check, position, file, what, advice}, ordered by position; of
//                   each check the first hundred; members that are empty are absent
//   counts          object; how many findings, by check
//   remarks         array of texts
//
// Of an exported log (--tlog): ending, origin, size (number), root, entries, files,
// signature_checked (true, false), findings, counts.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/base/terminal.h"
#include "ledger/verify/verify.h"

namespace migledger::cli {

struct VerifyCommand {
  std::string ledger;
  std::string until;              // empty: to the end
  std::string checkpoint;         // a file with a checkpoint from elsewhere; empty: none
  std::vector<std::string> keys;  // public keys, or files with them, of which one must have signed
  std::string tlog;               // an exported log, looked at instead of a ledger; empty: none
  bool json = false;
  Terminal terminal;
};

// Returns an exit code: done when it is intact, otherwise ledger_refused. Throws UsageError,
// LedgerError.
int run_verify(const VerifyCommand& command, std::ostream& out);

}  // namespace migledger::cli
