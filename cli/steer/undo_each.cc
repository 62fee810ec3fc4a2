#include <fmt/format.h>

#include <ostream>

#include "adapters/config/config.h"
#include "cli/arguments/all_that_take.h"
#include "cli/base/exit_status.h"
#include "cli/base/usage_error.h"
#include "cli/session/deliver_order.h"
#include "cli/session/ledger_choice.h"
#include "cli/steer/undo.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

// Whether the next one can be begun after one that ended so.
bool goes_on_after(int exit) {
  switch (static_cast<ExitStatus>(exit)) {
    case ExitStatus::done:
    case ExitStatus::migration_failed:
    case ExitStatus::usage:
    case ExitStatus::waits_for_person:
      return true;
    default:
      return false;
  }
}

}  // namespace

int undo_each(const UndoCommand& command, const Terminal& terminal, std::ostream& out,
              std::ostream& err) {
  RunCommand run = command.run;
  run.ledger = LedgerChoice{run.ledger, run.config == kDefaultConfig ? "" : run.config}.path();
  const auto names = names_or_all(command.verb, command.migrations, command.all, false, run.ledger);
  int first = 0;
  for (const auto& name : names) {
    run.order = new_order(command.verb);
    run.order->migration = name;
    run.order->reason = command.reason;
    int exit = 0;
    try {
      exit = run_undo(run, terminal, out, err);
    } catch (const UsageError& e) {
      if (names.size() == 1) throw;
      err << "migledger: " << printable(e.what(), 1000) << "\n";
      exit = static_cast<int>(ExitStatus::usage);
    }
    if (first == 0) first = exit;
    if (!goes_on_after(exit)) break;
  }
  return first;
}

}  // namespace migledger::cli
