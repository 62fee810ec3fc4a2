// The whole ledger as JSON Lines (ledger/FORMAT.md, "JSON Lines"): readable, and exact.
// import_jsonl makes the same ledger of it again.
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

// The version of the form.
inline constexpr int kJsonlVersion = 1;

// Reads the ledger at `ledger` up to its head, also while it is written to. `file`: to be made, and
// there only when it is whole; "-" is `out`. `err` is told what the opening found, and what was
// written. Throws UsageError when the file is there already; LedgerError when the ledger cannot be
// read, or the file cannot be written.
void export_jsonl(const std::string& ledger, const std::string& file, bool evidence,
                  std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
