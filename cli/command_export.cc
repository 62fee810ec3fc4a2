#include "cli/command_export.h"

#include "cli/exit_status.h"
#include "cli/export_jsonl.h"
#include "cli/usage_error.h"

namespace migledger::cli {

int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err) {
  if (options.jsonl.empty()) throw UsageError("say what to export: --jsonl FILE, or --jsonl -");
  export_jsonl(options.ledger, options.jsonl, options.evidence, out, err);
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
