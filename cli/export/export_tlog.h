// The form of `export` that is a log of static files (ledger/tlog/tlog_tiles.h).
#pragma once

#include <iosfwd>
#include <string>

namespace migledger::cli {

struct ExportTlog {
  std::string directory;
  std::string key;  // file of a private key: signs first; empty: as last published
  std::string command_line;
};

// Returns an exit code. Throws UsageError when nothing was ever signed and there is no key;
// LedgerError.
int export_tlog(const std::string& ledger, const ExportTlog& options, std::ostream& out,
                std::ostream& err);

}  // namespace migledger::cli
