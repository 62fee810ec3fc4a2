// migledger backup: a copy of the ledger that is a ledger itself, also while a run writes to it.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct BackupOptions {
  std::string ledger;
  std::string directory;  // to be made; there must be nothing of that name
  bool json = false;
};

// Returns an exit code: done; or ledger_refused when the backup was made, but evidence that is
// damaged is not in it. With json {"backup", "ledger", "head", "root", "evidence", "bytes",
// "damaged_evidence": […]}. Throws UsageError, LedgerError.
int run_backup(const BackupOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
