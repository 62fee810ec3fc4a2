// migledger import: a ledger made again from an export, byte for byte.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct ImportOptions {
  std::string jsonl;   // a file, or "-"
  std::string ledger;  // to be made; there must be nothing of that name
  bool json = false;
};

// Returns an exit code. With json {"ledger", "head", "root", "evidence"}. Throws UsageError; and
// LedgerError(refused), naming the line, for what is no whole export: then nothing was made.
int run_import(const ImportOptions& options, std::istream& in, std::ostream& out);

}  // namespace migledger::cli
