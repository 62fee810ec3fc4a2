// The command-line options of export.
#pragma once

#include <functional>
#include <string>

#include "cli/command_export.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds export to `app`. `run` is called when it was asked for; `ledger` and `options` hold then
// what was typed, and must outlive the parsing.
void add_export(CLI::App& app, std::string& ledger, ExportOptions& options,
                const std::function<void()>& run);

}  // namespace migledger::cli
