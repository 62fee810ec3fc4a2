#include "cli/report_options.h"

#include <CLI/CLI.hpp>

namespace migledger::cli {

void add_report(CLI::App& app, std::string& ledger, ReportOptions& options,
                const std::function<void()>& run) {
  auto* sub = app.add_subcommand("report", "what happened, as a page or as a text for a ticket");
  sub->add_option_function<std::string>(
      "--html", [&options](const std::string& file) { options.html = file; },
      "write a page that needs no network; \"-\": to the standard output");
  sub->add_option_function<std::string>(
         "--md", [&options](const std::string& file) { options.markdown = file; },
         "write Markdown, to the standard output when no file is named (the default)")
      ->expected(0, 1);
  sub->add_option("--migration", options.migrations, "only this one; may be repeated");
  sub->add_option_function<std::string>(
      "--until", [&options](const std::string& moment) { options.until = moment; },
      "up to this position or time");
  sub->add_flag("--force", options.force, "replace files that are there already");
  sub->add_option("--ledger", ledger, "directory of the ledger")->capture_default_str();
  sub->footer(
      "Examples:\n  migledger report --html report.html\n  migledger report --md --migration web-1 "
      "--until 2026-11-23T05:18:00Z");
  sub->callback(run);
}

}  // namespace migledger::cli
