// migledger export: the ledger in forms that other programs read. Each has a file of its own.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/export/export_jsonl.h"
#include "cli/export/export_otlp.h"
#include "cli/export/export_tlog.h"

namespace migledger::cli {

struct ExportOptions {
  std::string ledger;
  // One of these.
  ExportJsonl jsonl;
  ExportTlog tlog;
  ExportOtlp otlp;
};

// Returns an exit code (exit_status.h). Throws UsageError for what cannot be done as asked,
// LedgerError when the ledger cannot be read.
int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
