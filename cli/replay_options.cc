#include "cli/replay_options.h"

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

namespace migledger::cli {

void add_replay(CLI::App& app, ReplayOptions& options, ForkOptions& forking, std::string& ledger,
                const std::function<void()>& run, const std::function<void()>& fork) {
  auto* sub =
      app.add_subcommand("replay", "how things stood at a moment, and what would have come next");
  sub->add_option("migration", options.migration, "only this one");
  sub->add_option("--until", options.until,
                  "the moment: a position, a time with its zone, or at least 8 digits of a hash, "
                  "the leaf of an event (history --verbose) or a root; a hash is looked for in the "
                  "whole ledger");
  sub->add_option_function<std::vector<std::string>>(
         "--diff",
         [&options](const std::vector<std::string>& moments) {
           options.diff.emplace(moments.front(), moments.back());
         },
         "what changed between two moments")
      ->expected(2);
  sub->add_flag("--next", options.next, "only what would have been done next, and why");
  sub->add_flag("--step", options.step,
                "walk through the events, forward and back, one at a time; from --until on");
  sub->add_flag("--check", options.check,
                "make every recorded decision again, and list where this build decides otherwise; "
                "3 when it does");
  auto* at = sub->add_option("--fork", forking.moment,
                             "go on from this moment in a new ledger, --ledger, as a rehearsal");
  sub->add_option("--from", forking.origin, "with --fork: the ledger that is forked")
      ->needs(at)
      ->default_str("migration.ledger");
  sub->add_option("--cloud", forking.cloud, "with --fork: sim")->needs(at);
  sub->add_flag("--json", options.json, "as one JSON object");
  sub->add_option("--ledger", ledger, "directory of the ledger; with --fork, of the new one")
      ->capture_default_str();
  sub->footer(
      "Examples:\n  migledger replay web-1 --until 2026-11-23T05:18:00Z\n"
      "  migledger replay --until 42 --next\n  migledger replay web-1 --diff 10 42\n"
      "  migledger replay web-1 --step\n  migledger replay --check\n"
      "  migledger replay --fork 42 --cloud sim --ledger try.ledger");
  sub->callback([&options, &forking, &ledger, run, fork, at] {
    if (at->count() == 0) return run();
    if (forking.origin.empty()) forking.origin = "migration.ledger";
    forking.into = ledger;
    forking.json = options.json;
    fork();
  });
}

void add_why(CLI::App& app, WhyOptions& options, std::string& ledger,
             const std::function<void()>& run) {
  auto* sub = app.add_subcommand("why", "the events behind a state, a resource or an event");
  sub->add_option("what", options.what,
                  "a migration, a position, or a resource: its OCID, the name of an object or a "
                  "bucket (or NAMESPACE/BUCKET), or an idempotency key, which are looked for in "
                  "the whole ledger; \"…\" stands for anything in them")
      ->required();
  sub->add_option("--until", options.until, "as of this position, time or hash");
  sub->add_flag("--json", options.json, "as one JSON object");
  sub->add_option("--ledger", ledger, "directory of the ledger")->capture_default_str();
  sub->footer(
      "Examples:\n  migledger why web-1\n  migledger why ocid1.image.oc1.iad.aaaa\n"
      "  migledger why 42");
  sub->callback(run);
}

}  // namespace migledger::cli
