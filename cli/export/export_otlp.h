// The ledger as OpenTelemetry traces: OTLP/JSON, as https://opentelemetry.io/docs/specs/otlp/ and
// opentelemetry-proto describe it: one ExportTraceServiceRequest, which is TracesData, too.
//
// A migration is a trace. Its root span lasts from its start to its last event; below it is a span
// a stay at a step, and below that a span a request sent (kind CLIENT), a page of objects, or a
// wait for a person. What was seen at a step, observations and looks, are events of its span.
//
// Ids follow from the ledger alone, so that the same ledger exports the same bytes, and a later
// export of more events keeps the ids of what was there before:
//   trace id   the first 16 bytes of SHA-256("migledger trace\n" ledger id "\n" stream)
//   span id    the first 8 bytes of SHA-256("migledger span\n" ledger id "\n" what "\n" position),
//              what: migration, step, attempt, wait, or, of a pause of all, "hold " stream;
//              position: its first event
//
// What is not over yet is exported with the time of the ledger's last event as its end, status
// UNSET and the attribute migledger.unfinished = true. Ended spans have status OK or ERROR.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/render/fleet.h"
#include "cli/report/data.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

struct ExportOtlp {
  std::string file;                     // "-": the standard output; empty: not asked for
  std::vector<std::string> migrations;  // by name; empty: all
  std::optional<std::string> until;     // position or time; nothing: the head
  bool force = false;                   // replace a file that is there
};

// Writes the traces where `options` says. Returns an exit code. Throws UsageError, LedgerError.
int export_otlp(const ledger::EventStore& store, const ExportOtlp& options, std::ostream& out,
                const FleetStart& start = {});

// One JSON text with a line end.
std::string otlp_json(const ReportData& data);

// The same of the ledger at `directory`, opened for reading; a run may be writing. Throws
// LedgerError.
int read_otlp(const std::string& directory, const ExportOtlp& options, std::ostream& out,
              std::ostream& err);

}  // namespace migledger::cli
