#include "cli/plan/init.h"

#include "cli/base/exit_status.h"
#include "cli/base/output_file.h"
#include "cli/plan/config_template.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

int run_init(const InitOptions& options, std::ostream& out) {
  const std::string file = printable(options.file);
  OutputFile made(options.file, WhenThere::refused, out, 0600);
  made.write(config_template(options.workflow, options.many));
  made.finish();
  if (options.file == "-") return static_cast<int>(ExitStatus::done);
  out << "Wrote " << file << ".\n"
      << "Rehearse it as it is:  migledger run --config " << file
      << " --cloud sim --ledger rehearsal.ledger"
      // It would stop and ask otherwise.
      << (options.workflow == "compute" ? " --yes=downtime" : " --yes=cutover") << "\n"
      << "Then put in your own regions, OCIDs and names, and check:  migledger check-config "
      << file << "\n";
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
