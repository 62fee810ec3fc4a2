// The command-line options of `verify`.
#include <CLI/CLI.hpp>

#include "cli/command_verify.h"

namespace migledger::cli {

void add_verify(CLI::App& app, VerifyCommand& command, const std::function<void()>& run) {
  auto* sub = app.add_subcommand(
      "verify", "whether the ledger is whole and unaltered; reads all of it, repairs nothing");
  sub->add_option("--ledger", command.ledger, "directory of the ledger")->capture_default_str();
  sub->add_option("--until", command.until, "only up to this position or time");
  sub->add_option("--checkpoint", command.checkpoint,
                  "a file with a checkpoint from elsewhere, that the events must agree with");
  sub->add_option("--key", command.keys,
                  "public key, or its file, that must have signed the checkpoint; may be repeated");
  sub->add_option("--tlog", command.tlog, "an exported log, looked at instead of a ledger");
  sub->add_flag("--json", command.json, "as one JSON object");
  sub->footer(
      "Exit code 0: intact; 4: anything else, each finding with what to do about it.\n"
      "Examples:\n  migledger verify --ledger rehearsal.ledger --checkpoint web.checkpoint --key "
      "ledger.key.pub\n  migledger verify --tlog log --key ledger.key.pub");
  sub->callback(run);
}

}  // namespace migledger::cli
