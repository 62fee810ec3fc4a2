// migledger export: the ledger in a form that other programs read.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct ExportOptions {
  std::string ledger = "migration.ledger";
  std::string jsonl;      // a file to be made, or "-" (export_jsonl.h)
  bool evidence = false;  // bulk evidence, too
};

// Returns an exit code. Throws UsageError, LedgerError.
int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
