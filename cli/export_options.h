// The command-line options of export.
#pragma once

#include <functional>

#include "cli/command_export.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds export to `app`. `run` is called when it was asked for; `options` must outlive the parsing.
void add_export(CLI::App& app, ExportOptions& options, const std::function<void()>& run);

}  // namespace migledger::cli
