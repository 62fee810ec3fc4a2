// The command-line options of keygen, checkpoint and prove.
#pragma once

#include <functional>

#include "cli/command_checkpoint.h"
#include "cli/command_keygen.h"
#include "cli/command_prove.h"

namespace CLI {
class App;
}

namespace migledger::cli {

struct TlogCommands {
  KeygenOptions keygen;
  CheckpointCommand checkpoint;
  ProveCommand prove;
};

// Adds them to `app`. The function of the one that was asked for is called; `commands` holds then
// what was typed, and must outlive the parsing.
void add_tlog(CLI::App& app, TlogCommands& commands, const std::function<void()>& keygen,
              const std::function<void()>& checkpoint, const std::function<void()>& prove);

}  // namespace migledger::cli
