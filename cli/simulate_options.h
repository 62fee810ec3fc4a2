// The options of migledger simulate.
#pragma once

#include <functional>

#include "cli/command_simulate.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds the command to `app`; `run` is called when it was given.
void add_simulate(CLI::App& app, SimulateCommand& command, const std::function<void()>& run);

}  // namespace migledger::cli
