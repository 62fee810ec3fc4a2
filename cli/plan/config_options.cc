// The command-line options of init and check-config.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/value_checks.h"
#include "cli/plan/check_config.h"
#include "cli/plan/init.h"

namespace migledger::cli {

void add_init(CommandLine& line) {
  const auto options = std::make_shared<InitOptions>();
  auto* sub = line.app.add_subcommand("init", "write a configuration to start from");
  sub->add_option("file", options->file, "the file; never one that is there")
      ->type_name("FILE")
      ->capture_default_str();
  sub->add_flag("--many", options->many, "a plan of three migrations");
  workflow(sub->add_option("-w,--workflow", options->workflow,
                           "what it is to move: compute, volume-replication or "
                           "storage-replication"))
      ->capture_default_str();
  sub->footer("Example:\n  migledger init && migledger run --cloud sim --ledger rehearsal.ledger");
  sub->callback(
      [options, &line] { line.run([options] { return run_init(*options, std::cout); }); });
}

void add_check_config(CommandLine& line) {
  const auto options = std::make_shared<CheckConfigOptions>();
  auto* sub = line.app.add_subcommand("check-config", "say whether a configuration is good");
  sub->add_option("file", options->file, "the configuration")
      ->type_name("FILE")
      ->capture_default_str();
  sub->add_flag("--schema", options->schema, "print the JSON Schema of the configuration");
  sub->add_flag("--json", options->json, "as one JSON object");
  sub->footer("Example:\n  migledger check-config plan.json");
  sub->callback([options, &line] {
    line.run([options] { return run_check_config(*options, std::cout, std::cerr); });
  });
}

}  // namespace migledger::cli
