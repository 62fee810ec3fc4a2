#include "cli/history/history_options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/value_checks.h"
#include "cli/history/history.h"
#include "cli/session/ledger_choice.h"

namespace migledger::cli {

namespace {

struct History {
  std::vector<std::string> ledgers;
  std::string config;
  HistoryOptions options;
};

int tell_history(const History& history) {
  std::vector<std::string> ledgers;
  for (const auto& ledger : history.ledgers) ledgers.push_back(LedgerChoice{ledger, {}}.path());
  if (ledgers.empty()) ledgers.push_back(LedgerChoice{{}, history.config}.path());
  return read_history(ledgers, history.options, std::cout, std::cerr);
}

}  // namespace

void add_history(CommandLine& line) {
  const auto history = std::make_shared<History>();
  HistoryOptions& options = history->options;
  options.terminal = line.terminal;
  auto* sub = line.app.add_subcommand("history", "what happened, one line an event");
  const auto add_filter = [&](const char* name, std::vector<std::string>& values,
                              const std::string& what) {
    sub->add_option(name, values, what + "; may be repeated")->allow_extra_args(false);
  };
  sub->add_option("migration", options.migrations, "only events of these; default: all");
  add_filter("--step", options.steps, "only events of this step");
  add_filter("--type", options.types, "only events of this kind");
  add_filter("--resource", options.resources, "only events that name this OCID, object or bucket");
  add_filter("--actor", options.actors, "only what this user, or user@host, did");
  add_filter("--error", options.errors, "only failures of this class");
  add_filter("--request-id", options.requests,
             "only events with this opc-request-id or work request");
  add_filter("--key", options.keys, "only events with this idempotency key");
  add_filter("--text", options.texts, "only events that hold this text, in any letter case");
  sub->add_flag("--approvals", options.approvals,
                "only approvals, and orders to remove something: what, by whom, how and why");
  sub->add_option("--since", options.since, "from this position, time or hash on");
  sub->add_option(
      "--until", options.until,
      "up to this position, time or hash (the leaf of an event, as --verbose shows it)");
  sub->add_flag("--reverse", options.reverse, "the newest first");
  whole_number(sub->add_option("--limit", options.limit, "at most so many"), 1);
  sub->add_flag("--count", options.count, "only how many there are");
  sub->add_flag("--verbose", options.verbose, "everything an event holds");
  sub->add_flag("--follow", options.follow, "go on with what is appended later");
  const auto* format =
      one_of(sub->add_option("--format", options.format, "table, jsonl, csv or cloudevents"),
             {"table", "jsonl", "csv", "cloudevents"})
          ->type_name("NAME")
          ->capture_default_str();
  const auto* json = sub->add_flag("--json")->description("the same as --format jsonl");
  sub->add_option("--ledger", history->ledgers,
                  "directory of the ledger (default: ledger_path of the configuration, or "
                  "migration.ledger); of several, all are told in order of time")
      ->type_name("DIR")
      ->allow_extra_args(false);
  sub->add_option("-c,--config", history->config,
                  "the configuration that names the ledger (default: config.json, if it is there)")
      ->type_name("FILE");
  sub->footer(
      "Filters combine with \"and\", the values of one filter with \"or\".\n"
      "Examples:\n  migledger history web-1\n  migledger history --type outcome "
      "--since 2026-11-23T05:18:00Z\n  migledger history --error throttled --error capacity "
      "--reverse --limit 20\n  migledger history --resource ocid1.image.oc1.iad.aaaa --ledger "
      "a.ledger --ledger b.ledger\n  migledger history --format csv > events.csv");
  sub->callback([history, format, json, &line] {
    HistoryOptions& options = history->options;
    if (json->count() > 0) {
      if (format->count() > 0 && options.format != "jsonl")
        throw CLI::ValidationError("--json", "it is --format jsonl, and --format " +
                                                 options.format +
                                                 " was given, too: leave out one of them");
      options.format = "jsonl";
    }
    line.tell([history] { return tell_history(*history); });
  });
}

}  // namespace migledger::cli
