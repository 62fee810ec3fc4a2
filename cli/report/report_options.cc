// The command-line options of report.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/report/report.h"

namespace migledger::cli {

void add_report(CommandLine& line) {
  struct Report {
    LedgerChoice ledger;
    ReportOptions options;
  };
  const auto command = std::make_shared<Report>();
  ReportOptions& options = command->options;
  auto* sub =
      line.app.add_subcommand("report", "what happened, as a page or as a text for a ticket");
  sub->add_option_function<std::string>(
      "--html", [command](const std::string& file) { command->options.html = file; },
      "write a page that needs no network; \"-\": to the standard output");
  sub->add_option_function<std::string>(
         "--md", [command](const std::string& file) { command->options.markdown = file; },
         "write Markdown, to the standard output when no file is named (the default)")
      ->expected(0, 1);
  sub->add_option("--migration", options.migrations, "only this one; may be repeated");
  sub->add_option_function<std::string>(
      "--until", [command](const std::string& moment) { command->options.until = moment; },
      "up to this position or time");
  sub->add_flag("--force", options.force, "replace files that are there already");
  add_ledger(sub, command->ledger);
  sub->footer(
      "Examples:\n  migledger report --html report.html\n  migledger report --md --migration web-1 "
      "--until 2026-11-23T05:18:00Z");
  sub->callback([command, &line] {
    line.tell([command] {
      return read_report(command->ledger.path(), command->options, std::cout, std::cerr);
    });
  });
}

}  // namespace migledger::cli
