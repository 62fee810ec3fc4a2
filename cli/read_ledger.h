// The reading commands on a ledger on disk: opened read-only, while a run may be writing.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/command_history.h"
#include "cli/command_replay.h"
#include "cli/command_report.h"
#include "cli/command_status.h"
#include "cli/command_why.h"
#include "cli/export_otlp.h"

namespace migledger::cli {

// Each opens the ledger at `directory`, or those at `directories`, and throws LedgerError when it
// cannot.
int read_history(const std::vector<std::string>& directories, const HistoryOptions& options,
                 std::ostream& out, std::ostream& err);
int read_status(const std::string& directory, StatusOptions options, std::ostream& out,
                std::ostream& err);
int read_replay(const std::string& directory, ReplayOptions options, std::ostream& out,
                std::ostream& err);
int read_otlp(const std::string& directory, const ExportOtlp& options, std::ostream& out,
              std::ostream& err);
int read_report(const std::string& directory, ReportOptions options, std::ostream& out,
                std::ostream& err);

int read_why(const std::string& directory, const WhyOptions& options, std::ostream& out,
             std::ostream& err);

}  // namespace migledger::cli
