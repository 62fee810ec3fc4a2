// migledger restore: a ledger put back from a backup, or from any copy of a ledger. It says so
// itself, and the next run compares it with the cloud before it does anything (after_restore.h).
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct RestoreOptions {
  std::string backup;
  std::string ledger;  // to be made; there must be nothing of that name
  std::string reason;
  std::string command_line;
  bool json = false;
};

// Returns an exit code, as run_backup(). With json {"ledger", "from", "head", "root", "restored",
// "evidence", "damaged_evidence"}: "restored" is the position of the event that says so. Throws
// UsageError, LedgerError.
int run_restore(const RestoreOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
