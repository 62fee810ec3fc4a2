// The command-line options of replay.
#pragma once

#include <functional>
#include <string>

#include "cli/command_replay.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds replay to `app`. `run` is called with what was typed; `options` and `ledger` must outlive
// the parsing.
void add_replay(CLI::App& app, ReplayOptions& options, std::string& ledger,
                const std::function<void()>& run);

}  // namespace migledger::cli
