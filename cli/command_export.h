// migledger export: the ledger in a form that other programs read.
#pragma once

#include <iosfwd>
#include <string>

#include "cli/export_tlog.h"

namespace migledger::cli {

struct ExportOptions {
  std::string ledger = "migration.ledger";
  ExportTlog tlog;
};

// Returns an exit code. Throws UsageError, LedgerError.
int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
