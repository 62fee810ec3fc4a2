#include "cli/command_export.h"

#include "cli/usage_error.h"

namespace migledger::cli {

int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err) {
  if (!options.tlog.directory.empty()) return export_tlog(options.ledger, options.tlog, out, err);
  throw UsageError("export: say in which form, for instance --tlog DIR");
}

}  // namespace migledger::cli
