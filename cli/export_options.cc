#include "cli/export_options.h"

#include <CLI/CLI.hpp>

namespace migledger::cli {

void add_export(CLI::App& app, std::string& ledger, ExportOptions& options,
                const std::function<void()>& run) {
  auto* sub = app.add_subcommand("export", "the ledger in formats of others");
  sub->add_option_function<std::string>(
      "--otlp", [&options](const std::string& file) { options.otlp = file; },
      "OpenTelemetry traces, as OTLP/JSON; \"-\": to the standard output");
  sub->add_option("--migration", options.migrations, "only this one; may be repeated");
  sub->add_option_function<std::string>(
      "--until", [&options](const std::string& moment) { options.until = moment; },
      "up to this position or time");
  sub->add_flag("--force", options.force, "replace a file that is there already");
  sub->add_option("--ledger", ledger, "directory of the ledger")->capture_default_str();
  sub->footer("Example:\n  migledger export --otlp traces.json");
  sub->callback(run);
}

}  // namespace migledger::cli
