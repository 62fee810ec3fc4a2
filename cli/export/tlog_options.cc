// The command-line options of keygen, checkpoint and prove.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/arguments/value_checks.h"
#include "cli/export/checkpoint.h"
#include "cli/export/keygen.h"
#include "cli/export/prove.h"

namespace migledger::cli {

namespace {

void add_keygen(CommandLine& line) {
  const auto options = std::make_shared<KeygenOptions>();
  auto* sub = line.app.add_subcommand("keygen", "make a key to sign checkpoints with");
  sub->add_option("file", options->file,
                  "the private key; the public one comes beside it as FILE.pub; never over a file")
      ->type_name("FILE")
      ->required();
  sub->add_option("--name", options->name,
                  "of whoever signs, like example.com/migrations (default: HOST/migledger)");
  sub->footer("Example:\n  migledger keygen --name example.com/migrations ledger.key");
  sub->callback([options, &line] {
    line.run([options] { return run_keygen(*options, std::cout, std::cerr); });
  });
}

void add_checkpoint(CommandLine& line) {
  struct Checkpoint {
    LedgerChoice ledger;
    CheckpointCommand command;
  };
  const auto checkpoint = std::make_shared<Checkpoint>();
  CheckpointCommand& command = checkpoint->command;
  auto* sub = line.app.add_subcommand("checkpoint", "sign the head of the log, and print it");
  sub->add_option("--key", command.key,
                  "file of the private key (default: \"checkpoint_key\" of the configuration)")
      ->type_name("FILE");
  add_ledger(sub, checkpoint->ledger);
  sub->add_option("--out", command.out,
                  "a copy, best on another machine; one that is there must be an earlier one")
      ->type_name("FILE");
  sub->add_flag("--json", command.json, "as one JSON object");
  sub->footer(
      "Refused when events that were signed before are gone or changed (exit code 4), and while a "
      "run is going (5).\nExample:\n  migledger checkpoint --key ledger.key --out "
      "/mnt/elsewhere/web.checkpoint");
  sub->callback([checkpoint, &line] {
    checkpoint->command.command_line = line.typed;
    line.run([checkpoint] {
      CheckpointCommand& command = checkpoint->command;
      command.ledger = checkpoint->ledger.path();
      command.config = checkpoint->ledger.found_config();
      return run_checkpoint(command, std::cout, std::cerr);
    });
  });
}

void add_prove(CommandLine& line) {
  struct Prove {
    LedgerChoice ledger;
    ProveCommand command;
  };
  const auto prove = std::make_shared<Prove>();
  ProveCommand& command = prove->command;
  auto* sub = line.app.add_subcommand(
      "prove", "that an event is in a signed log, or that the log only grew");
  whole_number(sub->add_option("position", command.position, "of the event"), 1);
  auto* from = whole_number(
      sub->add_option("--from", command.from,
                      "that the log of this many events is the beginning of a later one"),
      1);
  whole_number(
      sub->add_option("--to", command.to, "of how many events (default: of the checkpoint)"), 1)
      ->needs(from);
  sub->add_option("--checkpoint", command.checkpoint,
                  "a file (default: the newest that the ledger published)")
      ->type_name("FILE");
  sub->add_option("--out", command.out, "a file (default: the standard output)")->type_name("FILE");
  sub->add_option("--entry", command.entry, "a file for the bytes of the event, as hashed")
      ->type_name("FILE");
  sub->add_flag("--force", command.force, "replace files that are there already");
  add_ledger(sub, prove->ledger);
  sub->footer(
      "Example:\n  migledger prove 42 --out 42.tlog-proof --entry 42.event\n"
      "  migledger prove --from 100 --to 250");
  sub->callback([prove, &line] {
    line.run([prove] {
      prove->command.ledger = prove->ledger.path();
      return run_prove(prove->command, std::cout, std::cerr);
    });
  });
}

}  // namespace

void add_signing(CommandLine& line) {
  add_keygen(line);
  add_checkpoint(line);
  add_prove(line);
}

}  // namespace migledger::cli
