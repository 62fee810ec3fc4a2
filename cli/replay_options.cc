#include "cli/replay_options.h"

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

namespace migledger::cli {

void add_replay(CLI::App& app, ReplayOptions& options, std::string& ledger,
                const std::function<void()>& run) {
  auto* sub =
      app.add_subcommand("replay", "how things stood at a moment, and what would have come next");
  sub->add_option("migration", options.migration, "only this one");
  sub->add_option("--until", options.until,
                  "the moment: a position, a time with its zone, or at least 8 digits of the hash "
                  "of an event or of a root; a hash is looked for in the whole ledger");
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
  sub->add_flag("--json", options.json, "as one JSON object");
  sub->add_option("--ledger", ledger, "directory of the ledger")->capture_default_str();
  sub->footer(
      "Examples:\n  migledger replay web-1 --until 2026-11-23T05:18:00Z\n"
      "  migledger replay --until 42 --next\n  migledger replay web-1 --diff 10 42\n"
      "  migledger replay web-1 --step\n  migledger replay --check");
  sub->callback(run);
}

}  // namespace migledger::cli
