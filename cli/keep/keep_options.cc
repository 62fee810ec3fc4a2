// The command-line options of backup, restore and import.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/keep/backup.h"
#include "cli/keep/import.h"
#include "cli/keep/restore.h"

namespace migledger::cli {

namespace {

void add_backup(CommandLine& line) {
  struct Backup {
    LedgerChoice ledger;
    BackupOptions options;
  };
  const auto backup = std::make_shared<Backup>();
  auto* command = line.app.add_subcommand(
      "backup", "copy the ledger, also while a run writes to it; the copy is a ledger, too");
  command->add_option("directory", backup->options.directory, "to be made; never one that is there")
      ->type_name("DIR")
      ->required();
  add_ledger(command, backup->ledger);
  command->add_flag("--json", backup->options.json, "as one JSON object");
  command->footer("Example:\n  migledger backup /backup/migration-2026-11-24");
  command->callback([backup, &line] {
    line.run([backup] {
      backup->options.ledger = backup->ledger.path();
      backup->options.directory = one_name(backup->options.directory);
      return run_backup(backup->options, std::cout, std::cerr);
    });
  });
}

void add_restore(CommandLine& line) {
  const auto options = std::make_shared<RestoreOptions>();
  auto* command = line.app.add_subcommand(
      "restore", "put a ledger back from a backup; the next run looks at the cloud first");
  command->add_option("backup", options->backup, "the backup, or another copy of a ledger")
      ->required();
  command->add_option("--ledger", options->ledger, "to be made; never one that is there")
      ->required();
  command->add_option("--reason", options->reason, "why, for the record")->required();
  command->add_flag("--json", options->json, "as one JSON object");
  command->footer(
      "Example:\n  migledger restore /backup/migration-2026-11-24 --ledger migration.ledger "
      "--reason \"disk replaced\"");
  command->callback([options, &line] {
    options->command_line = line.typed;
    line.run([options] {
      options->backup = one_name(options->backup);
      options->ledger = one_name(options->ledger);
      return run_restore(*options, std::cout, std::cerr);
    });
  });
}

void add_import(CommandLine& line) {
  const auto options = std::make_shared<ImportOptions>();
  auto* command =
      line.app.add_subcommand("import", "make a ledger from an export, the same to the byte");
  command->add_option("--jsonl", options->jsonl, "the export, or - for the input")->required();
  command->add_option("--ledger", options->ledger, "to be made; never one that is there")
      ->required();
  command->add_flag("--json", options->json, "as one JSON object");
  command->footer("Example:\n  migledger import --jsonl migration.jsonl --ledger copy.ledger");
  command->callback([options, &line] {
    line.run([options] {
      options->ledger = one_name(options->ledger);
      return run_import(*options, std::cin, std::cout);
    });
  });
}

}  // namespace

void add_keeping(CommandLine& line) {
  add_backup(line);
  add_restore(line);
  add_import(line);
}

}  // namespace migledger::cli
