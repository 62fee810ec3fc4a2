// migledger export: the ledger in formats of others. Each has a file of its own.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/fleet.h"
#include "ledger/event_store.h"

namespace migledger::cli {

struct ExportOptions {
  std::optional<std::string> otlp;  // OpenTelemetry traces (export_otlp.h); "-": standard output
  std::vector<std::string> migrations;  // by name; empty: all
  std::optional<std::string> until;     // position or time; nothing: the head
  bool force = false;                   // replace a file that is there
};

// Returns an exit code (exit_status.h). Throws UsageError for what cannot be done as asked,
// LedgerError when the ledger cannot be read.
int run_export(const ledger::EventStore& store, const ExportOptions& options, std::ostream& out,
               const FleetStart& start = {});

}  // namespace migledger::cli
