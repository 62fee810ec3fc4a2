#include "cli/tlog_options.h"

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"

namespace migledger::cli {

void add_tlog(CLI::App& app, TlogCommands& commands, const std::function<void()>& keygen,
              const std::function<void()>& checkpoint, const std::function<void()>& prove) {
  auto* key = app.add_subcommand("keygen", "make a key to sign checkpoints with");
  key->add_option("file", commands.keygen.file,
                  "the private key; the public one comes beside it as FILE.pub; never over a file")
      ->required();
  key->add_option("--name", commands.keygen.name,
                  "of whoever signs, like example.com/migrations (default: HOST/migledger)");
  key->footer("Example:\n  migledger keygen --name example.com/migrations ledger.key");
  key->callback(keygen);

  auto* sign = app.add_subcommand("checkpoint", "sign the head of the log, and print it");
  sign->add_option("--key", commands.checkpoint.key,
                   "file of the private key (default: \"checkpoint_key\" of --config)");
  sign->add_option("-c,--config", commands.checkpoint.config, "a configuration");
  sign->add_option("--ledger", commands.checkpoint.ledger,
                   "directory of the ledger (default: as configured, or migration.ledger)");
  sign->add_option("--out", commands.checkpoint.out,
                   "a copy, best on another machine; one that is there must be an earlier one");
  sign->add_flag("--json", commands.checkpoint.json, "as one JSON object");
  sign->footer(
      "Refused when events that were signed before are gone or changed (exit code 4), and while a "
      "run is going (5).\nExample:\n  migledger checkpoint --key ledger.key --out "
      "/mnt/elsewhere/web.checkpoint");
  sign->callback(checkpoint);

  auto* proof =
      app.add_subcommand("prove", "that an event is in a signed log, or that the log only grew");
  whole_number(proof->add_option("position", commands.prove.position, "of the event"), 1);
  auto* from = whole_number(
      proof->add_option("--from", commands.prove.from,
                        "that the log of this many events is the beginning of a later one"),
      1);
  whole_number(proof->add_option("--to", commands.prove.to,
                                 "of how many events (default: of the checkpoint)"),
               1)
      ->needs(from);
  proof->add_option("--checkpoint", commands.prove.checkpoint,
                    "a file (default: the newest that the ledger published)");
  proof->add_option("--out", commands.prove.out, "a file (default: the standard output)");
  proof->add_option("--entry", commands.prove.entry,
                    "a file for the bytes of the event, as hashed");
  proof->add_flag("--force", commands.prove.force, "replace files that are there already");
  proof->add_option("--ledger", commands.prove.ledger, "directory of the ledger")
      ->capture_default_str();
  proof->footer(
      "Example:\n  migledger prove 42 --out 42.tlog-proof --entry 42.event\n"
      "  migledger prove --from 100 --to 250");
  proof->callback(prove);
}

}  // namespace migledger::cli
