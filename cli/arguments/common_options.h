// Options that several commands have.
#pragma once

#include "cli/session/cloud_choice.h"
#include "cli/session/ledger_choice.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// --ledger and --config of a command that only needs to find the ledger.
void add_ledger(CLI::App* command, LedgerChoice& choice);

// --config, --ledger and --cloud of a command that asks the cloud.
void add_cloud(CLI::App* command, CloudChoice& run);

// The headings under which --help lists commands and options.
inline constexpr const char* kSimulated = "Rehearsal (--cloud sim)";

}  // namespace migledger::cli
