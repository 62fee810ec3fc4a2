// migledger report: what happened, for people who were not there: a page, or a text for a ticket.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/render/fleet.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

// A page with more events than this no browser holds well.
inline constexpr std::uint64_t kMostReportEvents = 1'000'000;

struct ReportOptions {
  std::optional<std::string> html;      // where the page goes; "-": the standard output
  std::optional<std::string> markdown;  // where the Markdown goes; empty or "-": standard output
  std::vector<std::string> migrations;  // by name; empty: all
  std::optional<std::string> until;     // position or time; nothing: the head
  bool force = false;                   // replace files that are there
  std::string directory;                // of the ledger, as it is to be shown
  // The newest signed checkpoint over at most so many events, to be shown; empty: none. Null: there
  // are none.
  std::function<std::string(ledger::Position)> checkpoint;
  std::uint64_t most_events = kMostReportEvents;  // that a page may hold
};

// Without --html and --md it is Markdown on the standard output. Returns an exit code
// (exit_status.h). Throws UsageError for what cannot be done as asked, LedgerError when the ledger
// cannot be read.
int run_report(const ledger::EventStore& store, const ReportOptions& options, std::ostream& out,
               const FleetStart& start = {});

struct ReportScope;

// The migrations and the moment that a report or an export is about. Throws UsageError.
ReportScope report_scope(const ledger::EventStore& store,
                         const std::vector<std::string>& migrations,
                         const std::optional<std::string>& until, const FleetStart& start);

// The same of the ledger at `directory`, opened for reading; a run may be writing. Throws
// LedgerError.
int read_report(const std::string& directory, ReportOptions options, std::ostream& out,
                std::ostream& err);

}  // namespace migledger::cli
