// The command-line options of status, replay and why.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/arguments/value_checks.h"
#include "cli/base/usage_error.h"
#include "cli/replay/fork.h"
#include "cli/replay/replay.h"
#include "cli/replay/status.h"
#include "cli/replay/why.h"

namespace migledger::cli {

void add_status(CommandLine& line) {
  struct Status {
    LedgerChoice ledger;
    StatusOptions options;
  };
  const auto command = std::make_shared<Status>();
  auto* sub = line.app.add_subcommand("status", "where every migration stands");
  sub->add_flag("--json", command->options.json, "as one JSON object");
  add_ledger(sub, command->ledger);
  sub->footer("Example:\n  migledger status --ledger rehearsal.ledger");
  sub->callback([command, &line] {
    command->options.terminal = line.terminal;
    line.tell([command] {
      return read_status(command->ledger.path(), command->options, std::cout, std::cerr);
    });
  });
}

void add_replay(CommandLine& line) {
  struct ReplayCommand {
    LedgerChoice ledger;
    ReplayOptions options;
    ForkOptions fork;
  };
  const auto command = std::make_shared<ReplayCommand>();
  ReplayOptions& options = command->options;
  auto* sub = line.app.add_subcommand(
      "replay", "how things stood at a moment, and what would have come next");
  sub->add_option("migration", options.migration, "only this one");
  sub->add_option("--until", options.until,
                  "the moment: a position, a time with its zone, or at least 8 digits of a hash, "
                  "the leaf of an event (history --verbose) or a root; a hash is looked for in the "
                  "whole ledger");
  sub->add_option_function<std::vector<std::string>>(
         "--diff",
         [command](const std::vector<std::string>& moments) {
           command->options.diff.emplace(moments.front(), moments.back());
         },
         "what changed between two moments")
      ->expected(2);
  sub->add_flag("--next", options.next, "only what would have been done next, and why");
  sub->add_flag("--step", options.step,
                "walk through the events, forward and back, one at a time; from --until on");
  sub->add_flag("--check", options.check,
                "make every recorded decision again, and list where this build decides otherwise; "
                "3 when it does");
  auto* at = sub->add_option("--fork", command->fork.moment,
                             "go on from this moment in a new ledger, --ledger, as a rehearsal");
  sub->add_option("--from", command->fork.origin,
                  "with --fork: the ledger that is forked (default: as --ledger without --fork)")
      ->type_name("DIR")
      ->needs(at);
  sub->add_option("--cloud", command->fork.cloud, "with --fork: sim")->type_name("KIND")->needs(at);
  sub->add_flag("--json", options.json, "as one JSON object");
  add_ledger(sub, command->ledger);
  sub->footer(
      "Examples:\n  migledger replay web-1 --until 2026-11-23T05:18:00Z\n"
      "  migledger replay --until 42 --next\n  migledger replay web-1 --diff 10 42\n"
      "  migledger replay web-1 --step\n  migledger replay --check\n"
      "  migledger replay --fork 42 --cloud sim --ledger try.ledger");
  sub->callback([command, at, &line] {
    command->options.terminal = line.terminal;
    if (at->count() == 0) {
      // The exit code of --check is what it is for.
      const auto& take = command->options.check ? line.run : line.tell;
      return take([command] {
        return read_replay(command->ledger.path(), command->options, std::cout, std::cerr);
      });
    }
    ForkOptions& fork = command->fork;
    fork.command_line = line.typed;
    fork.json = command->options.json;
    line.run([command, &fork] {
      // --ledger is the new one; it says nothing of the other.
      fork.into = one_name(command->ledger.ledger);
      fork.origin = LedgerChoice{fork.origin, command->ledger.config}.path();
      return run_fork(fork, std::cout, std::cerr);
    });
  });
}

void add_why(CommandLine& line) {
  struct Why {
    LedgerChoice ledger;
    WhyOptions options;
  };
  const auto command = std::make_shared<Why>();
  auto* sub = line.app.add_subcommand("why", "the events behind a state, a resource or an event");
  sub->add_option("what", command->options.what,
                  "a migration, a position, or a resource: its OCID, the name of an object or a "
                  "bucket (or NAMESPACE/BUCKET), or an idempotency key, which are looked for in "
                  "the whole ledger; \"…\" stands for anything in them")
      ->required();
  sub->add_option("--until", command->options.until, "as of this position, time or hash")
      ->type_name("MOMENT");
  sub->add_flag("--json", command->options.json, "as one JSON object");
  add_ledger(sub, command->ledger);
  sub->footer(
      "Examples:\n  migledger why web-1\n  migledger why ocid1.image.oc1.iad.aaaa\n"
      "  migledger why 42");
  sub->callback([command, &line] {
    command->options.terminal = line.terminal;
    line.tell([command] {
      return read_why(command->ledger.path(), command->options, std::cout, std::cerr);
    });
  });
}

}  // namespace migledger::cli
