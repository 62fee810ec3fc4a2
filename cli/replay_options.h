// The command-line options of replay and why.
#pragma once

#include <functional>
#include <string>

#include "cli/command_fork.h"
#include "cli/command_replay.h"
#include "cli/command_why.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds replay to `app`. `run` is called with what was typed, or with --fork `fork`; `options`,
// `forking` and `ledger` must outlive the parsing.
void add_replay(CLI::App& app, ReplayOptions& options, ForkOptions& forking, std::string& ledger,
                const std::function<void()>& run, const std::function<void()>& fork);

// Adds why, in the same way.
void add_why(CLI::App& app, WhyOptions& options, std::string& ledger,
             const std::function<void()>& run);

}  // namespace migledger::cli
