// The command-line options of the commands that keep a ledger and hand it over.
#pragma once

#include <functional>

#include "cli/command_backup.h"
#include "cli/command_import.h"
#include "cli/command_restore.h"

namespace CLI {
class App;
}

namespace migledger::cli {

struct KeepCommands {
  BackupOptions backup;
  RestoreOptions restore;
  ImportOptions importing;
};

// Adds backup, restore and import to `app`. `run` is called with the command that was
// typed, which returns an exit code; `commands` must outlive the parsing.
void add_keeping(CLI::App& app, KeepCommands& commands,
                 const std::function<void(const std::function<int()>&)>& run);

}  // namespace migledger::cli
