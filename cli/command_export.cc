#include "cli/command_export.h"

#include <fmt/format.h>

#include "cli/command_report.h"
#include "cli/exit_status.h"
#include "cli/export_otlp.h"
#include "cli/output_file.h"
#include "cli/printable.h"
#include "cli/report_data.h"
#include "cli/usage_error.h"

namespace migledger::cli {

namespace {

void export_otlp(const ledger::EventStore& store, const ExportOptions& options, std::ostream& out,
                 const FleetStart& start) {
  const std::string& file = *options.otlp;
  check_output(file, options.force);
  const ReportData data =
      gather_report(store, report_scope(store, options.migrations, options.until, start));
  write_output(file, otlp_json(data), options.force, out);
  if (file != "-")
    out << fmt::format("Wrote {}: {} trace(s), up to #{}\n", printable(file),
                       data.timeline.migrations().size(), data.scope.until);
}

}  // namespace

int run_export(const ledger::EventStore& store, const ExportOptions& options, std::ostream& out,
               const FleetStart& start) {
  if (!options.otlp) throw UsageError("export: say what to write: --otlp FILE");
  export_otlp(store, options, out, start);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
