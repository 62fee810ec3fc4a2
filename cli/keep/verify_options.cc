// The command-line options of `verify`.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/keep/verify.h"

namespace migledger::cli {

void add_verify(CommandLine& line) {
  struct Verify {
    LedgerChoice ledger;
    VerifyCommand command;
  };
  const auto verify = std::make_shared<Verify>();
  VerifyCommand& command = verify->command;
  auto* sub = line.app.add_subcommand(
      "verify", "whether the ledger is whole and unaltered; reads all of it, repairs nothing");
  add_ledger(sub, verify->ledger);
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
  sub->callback([verify, &line] {
    line.run([verify, &line] {
      verify->command.terminal = line.terminal;
      if (verify->command.tlog.empty()) verify->command.ledger = verify->ledger.path();
      return run_verify(verify->command, std::cout);
    });
  });
}

}  // namespace migledger::cli
