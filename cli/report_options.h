// The command-line options of report.
#pragma once

#include <functional>
#include <string>

#include "cli/command_report.h"

namespace CLI {
class App;
}

namespace migledger::cli {

// Adds report to `app`. `run` is called when it was asked for; `ledger` and `options` hold then
// what was typed, and must outlive the parsing.
void add_report(CLI::App& app, std::string& ledger, ReportOptions& options,
                const std::function<void()>& run);

}  // namespace migledger::cli
