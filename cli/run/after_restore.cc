#include "cli/run/after_restore.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/base/names.h"
#include "cli/render/findings.h"
#include "cli/session/deliver_order.h"
#include "cli/session/this_process.h"
#include "ledger/base/printable.h"
#include "ledger/fold/unreconciled.h"
#include "workflow/reconcile/restored.h"
#include "workflow/workflows.h"

namespace migledger::cli {

std::optional<int> compare_after_restore(ledger::EventStore& store, RunCloud& cloud,
                                         const workflow::Plan& plan, const RunCommand& command,
                                         const Terminal& terminal, std::ostream& out,
                                         std::ostream& err) {
  const ledger::Position restoring = ledger::unreconciled(store);
  if (restoring == 0) return std::nullopt;
  if (!command.json) {
    const Time now = cloud.clock().now();
    const Time from = workflow::comparable_from(store, restoring, plan, now);
    out << fmt::format("restored from a copy (#{}): compared with the cloud before anything else\n",
                       restoring);
    if (from > now)
      out << fmt::format(
          "waits until {}: what it has forgotten may arrive late, and lists are late\n",
          format_local(from));
    out << std::flush;
  }
  const auto after = workflow::compare_restored(
      store, restoring, cloud.cloud(), cloud.clock(), plan, this_process(command.command_line),
      command.consent.given(), [] { return new_order(workflow::Verb::ADOPT); },
      workflow::workflow_named);
  std::vector<SaidFinding> all;
  for (const auto& found : after.found)
    all.push_back({found.finding, found.recorded, found.not_recorded});
  if (command.json) {
    out << findings_json(all, cloud.cloud().identity().kind == "sim", ledger_facts(store).id)
        << "\n";
  } else {
    print_comparison(all, terminal, out);
    out << std::flush;
  }
  if (after.settled) return std::nullopt;
  err << (after.comparison.unseen != after.comparison.not_comparable
              ? "migledger: nothing was done: not all of the cloud could be seen; run again when "
                "it can\n"
              : "migledger: nothing was done: look at what is missing, drifted, of no migration "
                "that "
                "is known, or cannot be compared; then go on with --yes\n");
  return after.exit_code;
}

}  // namespace migledger::cli
