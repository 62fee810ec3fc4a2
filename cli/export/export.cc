#include "cli/export/export.h"

#include "cli/base/exit_status.h"
#include "cli/base/usage_error.h"
#include "cli/export/export_otlp.h"

namespace migledger::cli {

int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err) {
  int forms = 0;
  for (const auto* target : {&options.jsonl.file, &options.tlog.directory, &options.otlp.file})
    forms += target->empty() ? 0 : 1;
  if (forms != 1)
    throw UsageError("export: say in which form, one of --jsonl FILE, --tlog DIR and --otlp FILE");
  if (!options.tlog.directory.empty()) return export_tlog(options.ledger, options.tlog, out, err);
  if (!options.otlp.file.empty()) return read_otlp(options.ledger, options.otlp, out, err);
  export_jsonl(options.ledger, options.jsonl, out, err);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
