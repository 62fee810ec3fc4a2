// migledger rollback, cleanup, decommission: an order, and the run that carries it out.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/run/run.h"

namespace migledger::cli {

struct UndoCommand {
  workflow::Verb verb = workflow::Verb::ROLLBACK;
  std::vector<std::string> migrations;
  bool all = false;  // every migration that can take it
  std::string reason;
  RunCommand run;
};

// run_undo() for each, one after the other. Goes on after one that is refused, fails or waits; ends
// with what keeps the next from being done, such as a ledger in use or an interruption. Returns the
// exit code of the first that did not end with 0. Throws as run_run.
int undo_each(const UndoCommand& command, const Terminal& terminal, std::ostream& out,
              std::ostream& err);

// Says what would be removed, then gives `run.order` to the run that is going, or runs. A rollback
// or a clean-up without --yes, or an answer at the terminal, only says it, and returns
// waits_for_person. Returns an exit code; throws as run_run.
int run_undo(const RunCommand& run, const Terminal& terminal, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
