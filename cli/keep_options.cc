#include "cli/keep_options.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace migledger::cli {

namespace {

using Run = std::function<void(const std::function<int()>&)>;

void add_backup(CLI::App& app, BackupOptions& options, const Run& run) {
  auto* command = app.add_subcommand(
      "backup", "copy the ledger, also while a run writes to it; the copy is a ledger, too");
  command->add_option("directory", options.directory, "to be made; never one that is there")
      ->required();
  command->add_option("--ledger", options.ledger, "directory of the ledger")->capture_default_str();
  command->add_flag("--json", options.json, "as one JSON object");
  command->footer("Example:\n  migledger backup /backup/migration-2026-11-24");
  command->callback(
      [&options, run] { run([&] { return run_backup(options, std::cout, std::cerr); }); });
}

void add_restore(CLI::App& app, RestoreOptions& options, const Run& run) {
  auto* command = app.add_subcommand(
      "restore", "put a ledger back from a backup; the next run looks at the cloud first");
  command->add_option("backup", options.backup, "the backup, or another copy of a ledger")
      ->required();
  command->add_option("--ledger", options.ledger, "to be made; never one that is there")
      ->required();
  command->add_option("--reason", options.reason, "why, for the record")->required();
  command->add_flag("--json", options.json, "as one JSON object");
  command->footer(
      "Example:\n  migledger restore /backup/migration-2026-11-24 --ledger migration.ledger "
      "--reason \"disk replaced\"");
  command->callback(
      [&options, run] { run([&] { return run_restore(options, std::cout, std::cerr); }); });
}

void add_import(CLI::App& app, ImportOptions& options, const Run& run) {
  auto* command =
      app.add_subcommand("import", "make a ledger from an export, the same to the byte");
  command->add_option("--jsonl", options.jsonl, "the export, or - for the input")->required();
  command->add_option("--ledger", options.ledger, "to be made; never one that is there")
      ->required();
  command->add_flag("--json", options.json, "as one JSON object");
  command->footer("Example:\n  migledger import --jsonl migration.jsonl --ledger copy.ledger");
  command->callback(
      [&options, run] { run([&] { return run_import(options, std::cin, std::cout); }); });
}

}  // namespace

void add_keeping(CLI::App& app, KeepCommands& commands, const Run& run) {
  add_backup(app, commands.backup, run);
  add_restore(app, commands.restore, run);
  add_import(app, commands.importing, run);
}

}  // namespace migledger::cli
