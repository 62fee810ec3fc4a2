// The whole ledger as JSON Lines (ledger/FORMAT.md, "JSON Lines"): readable, and exact.
// import_jsonl makes the same ledger of it again.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

// The version of the form.
inline constexpr int kJsonlVersion = 1;

struct ExportJsonl {
  std::string file;       // to be made, and there only when it is whole; "-": the standard output
  bool evidence = false;  // bulk evidence, too
  bool force = false;     // replace a file that is there
};

// Reads the ledger at `ledger` up to its head, also while it is written to. `err` is told what the
// opening found, and what was written. Throws as OutputFile, and LedgerError when the ledger cannot
// be read.
void export_jsonl(const std::string& ledger, const ExportJsonl& options, std::ostream& out,
                  std::ostream& err);

}  // namespace migledger::cli
