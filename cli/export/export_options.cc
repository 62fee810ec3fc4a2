// The command-line options of export.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/export/export.h"

namespace migledger::cli {

void add_export(CommandLine& line) {
  struct Export {
    LedgerChoice ledger;
    ExportOptions options;
  };
  const auto command = std::make_shared<Export>();
  ExportOptions& options = command->options;
  auto* sub = line.app.add_subcommand("export", "the ledger in forms that other programs read");
  add_ledger(sub, command->ledger);

  auto* lines = sub->add_option_group("JSON Lines, which import makes the same ledger of");
  auto* jsonl = lines->add_option("--jsonl", options.jsonl.file,
                                  "exact to the byte: a file to be made, or - for the output");
  lines->add_flag("--evidence", options.jsonl.evidence, "bulk evidence, too")->needs(jsonl);

  auto* log = sub->add_option_group("a signed log of static files (C2SP tlog-tiles)");
  auto* tlog = log->add_option("--tlog", options.tlog.directory,
                               "the directory to make, or to bring up to date");
  log->add_option("--key", options.tlog.key,
                  "file of the private key: signs a checkpoint first (default: the newest one "
                  "that was published)")
      ->needs(tlog);

  auto* traces = sub->add_option_group("OpenTelemetry traces");
  auto* otlp = traces->add_option("--otlp", options.otlp.file,
                                  "OTLP/JSON: a file to be made, or - for the output");
  traces->add_option("--migration", options.otlp.migrations, "only this one; may be repeated")
      ->needs(otlp);
  traces
      ->add_option_function<std::string>(
          "--until", [command](const std::string& moment) { command->options.otlp.until = moment; },
          "up to this position or time")
      ->needs(otlp);

  sub->add_flag_callback(
         "--force",
         [command] { command->options.jsonl.force = command->options.otlp.force = true; },
         "replace a file that is there already")
      ->excludes(tlog);

  sub->footer(
      "Examples:\n  migledger export --jsonl migration.jsonl --evidence\n"
      "  migledger export --tlog log --key ledger.key\n  migledger export --otlp traces.json");
  sub->callback([command, &line] {
    command->options.tlog.command_line = line.typed;
    line.run([command] {
      command->options.ledger = command->ledger.path();
      return run_export(command->options, std::cout, std::cerr);
    });
  });
}

}  // namespace migledger::cli
