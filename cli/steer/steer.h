// migledger pause, resume, cancel, retry, skip, approve, note, adopt: what a person asks for, while
// a run is going or between runs.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "workflow/decide/transitions.h"

namespace migledger::cli {

struct SteerCommand {
  workflow::Verb verb = workflow::Verb::NOTE;
  std::vector<std::string> migrations;  // empty: the ledger as a whole
  bool all = false;                     // every migration that can take it
  std::string step;
  std::string resource;
  std::string reason;  // of a note that has none, the last of `migrations` is its text
  std::string ledger;
  std::string config;  // names the login to the cloud, for the record; empty: there is none
  std::string command_line;
  bool json = false;
};

// One order a migration, each durable before the next. With json, one object a migration
// (answer_json). Returns an exit code: done when
// all were taken, usage when one was refused. Throws UsageError, LedgerError.
int run_steer(const SteerCommand& command, std::ostream& out, std::ostream& err);

}  // namespace migledger::cli
