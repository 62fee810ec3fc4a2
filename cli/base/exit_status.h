// The exit codes of every command. Documented in README.md; a test keeps the two alike.
#pragma once

namespace migledger::cli {

enum class ExitStatus : int {
  done = 0,
  migration_failed = 1,
  usage = 2,  // usage or configuration
  waits_for_person = 3,
  ledger_refused = 4,  // refused or corrupt
  ledger_in_use = 5,
  cloud_unreachable = 6,  // credentials or cloud unreachable
  interrupted = 7,        // resumable
  plan_changed = 8,
  internal_error = 70,
};

}  // namespace migledger::cli
