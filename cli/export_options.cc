#include "cli/export_options.h"

#include <CLI/CLI.hpp>

namespace migledger::cli {

void add_export(CLI::App& app, ExportOptions& options, const std::function<void()>& run) {
  auto* sub = app.add_subcommand("export", "the ledger in a form that other programs read");
  sub->add_option("--ledger", options.ledger, "directory of the ledger")->capture_default_str();
  auto* tlog = sub->add_option_group("a signed log of static files (C2SP tlog-tiles)");
  auto* directory = tlog->add_option("--tlog", options.tlog.directory,
                                     "the directory to make, or to bring up to date");
  tlog->add_option("--key", options.tlog.key,
                   "file of the private key: signs a checkpoint first (default: the newest one "
                   "that was published)")
      ->needs(directory);
  sub->footer("Example:\n  migledger export --tlog log --key ledger.key");
  sub->callback(run);
}

}  // namespace migledger::cli
