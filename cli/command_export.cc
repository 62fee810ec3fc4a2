#include "cli/command_export.h"

#include "cli/exit_status.h"
#include "cli/export_jsonl.h"
#include "cli/read_ledger.h"
#include "cli/usage_error.h"

namespace migledger::cli {

int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err) {
  const int forms = (options.jsonl.empty() ? 0 : 1) + (options.otlp.file.empty() ? 0 : 1);
  if (forms != 1)
    throw UsageError("export: say in which form, one of --jsonl FILE and --otlp FILE");
  if (!options.otlp.file.empty()) return read_otlp(options.ledger, options.otlp, out, err);
  export_jsonl(options.ledger, options.jsonl, options.evidence, out, err);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
