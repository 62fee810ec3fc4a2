// The command-line options of the commands that steer.
#pragma once

#include <functional>

#include "cli/command_steer.h"
#include "cli/command_undo.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds pause, resume, cancel, retry, skip, approve, note and adopt to `app`. `run` is called with
// what was typed; `command` must outlive the parsing.
void add_steering(CLI::App& app, SteerCommand& command, const std::function<void()>& run);

// Adds rollback, cleanup and decommission.
void add_undoing(CLI::App& app, RunCommand& command, const std::function<void()>& run);

}  // namespace migledger::cli
