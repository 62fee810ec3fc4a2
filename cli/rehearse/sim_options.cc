// The command-line options of sim report, sim serve and simulate.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/value_checks.h"
#include "cli/rehearse/sim_report.h"
#include "cli/rehearse/sim_serve.h"
#include "cli/rehearse/simulate.h"
#include "cli/session/ledger_choice.h"

namespace migledger::cli {

namespace {

void add_sim_report(CLI::App& sim, CommandLine& line) {
  const auto options = std::make_shared<SimReportOptions>();
  auto* sub = sim.add_subcommand("report", "what it holds, and everything it ever created");
  sub->add_option("--sim-state", options->directory,
                  "its directory (default: <ledger>.sim, of the ledger that status shows)")
      ->type_name("DIR");
  sub->add_flag("--json", options->json, "as one JSON object");
  sub->footer("Example:\n  migledger sim report --sim-state rehearsal.ledger.sim");
  sub->callback([options, &line] {
    line.tell([options, &line] {
      options->terminal = line.terminal;
      if (options->directory.empty()) options->directory = LedgerChoice().path() + ".sim";
      return run_sim_report(*options, std::cout);
    });
  });
}

void add_sim_serve(CLI::App& sim, CommandLine& line) {
  const auto options = std::make_shared<SimServeOptions>();
  auto* sub = sim.add_subcommand("serve", "it over HTTP, for oci and the SDKs of OCI");
  sub->add_option("--state", options->state, "its directory; created when absent")
      ->type_name("DIR")
      ->required();
  sub->add_option("--region", options->regions,
                  "NAME=PORT, or NAME for any free port; may be repeated");
  sub->add_option("--provision", options->provision,
                  "a configuration whose instances, buckets and subnets are to be there")
      ->type_name("FILE");
  sub->add_option("--public-key", options->public_keys,
                  "a PEM file, or KEYID=FILE; requests must be signed with its private half");
  sub->add_flag("--no-auth", options->no_auth, "take requests whether they are signed or not");
  number(sub->add_option("--speed", options->speed, "how many times faster operations are"), 0.001,
         1e9)
      ->capture_default_str();
  whole_number(sub->add_option("--seed", options->seed, "of a new tenancy"), 0)
      ->capture_default_str();
  sub->add_option("--faults", options->faults, "a file of faults")->type_name("FILE");
  whole_number(sub->add_option("--objects", options->objects,
                               "objects in each bucket that is replicated, at first (default: 25)"),
               0, 10'000'000);
  number(
      sub->add_option("--writes-for", options->writes_for,
                      "seconds, shortened by --speed, for which somebody goes on writing to them"),
      0, 1e7);
  sub->add_option("--bind", options->address, "the address to listen on")->capture_default_str();
  sub->footer(
      "Example:\n  migledger sim serve --state tenancy --provision config.json "
      "--public-key ~/.oci/key_public.pem \\\n    --region us-ashburn-1=8001 --region "
      "sa-bogota-1=8002\n  oci --endpoint http://127.0.0.1:8001 os ns get");
  sub->callback([options, &line] {
    line.run([options] { return run_sim_serve(*options, std::cout, std::cerr); });
  });
}

}  // namespace

void add_sim(CommandLine& line) {
  auto* sim = line.app.add_subcommand("sim", "the simulated tenancy: report, serve");
  sim->require_subcommand(1);
  add_sim_report(*sim, line);
  add_sim_serve(*sim, line);
}

void add_simulate(CommandLine& line) {
  const auto command = std::make_shared<SimulateCommand>();
  auto* sub = line.app.add_subcommand(
      "simulate", "prove the promises under faults, on a simulated tenancy; touches nothing");
  whole_number(sub->add_option("--seed", command->seed, "from which everything follows"), 0)
      ->capture_default_str();
  whole_number(sub->add_option("--seeds", command->seeds, "how many seeds, from --seed on"), 1,
               1'000'000'000)
      ->capture_default_str();
  whole_number(sub->add_option("--jobs", command->jobs, "how many at once"), 1, 1024)
      ->capture_default_str();
  whole_number(
      sub->add_option("--steps", command->steps, "runs under faults, at most (default: drawn)"), 1,
      10'000);
  whole_number(sub->add_option("--migrations", command->migrations, "of the plan (default: drawn)"),
               1, 1000);
  workflow(sub->add_option("-w,--workflow", command->workflow, "of the plan (default: drawn)"));
  sub->add_option("--without", command->without,
                  "kinds of faults to leave out, with commas between")
      ->delimiter(',');
  sub->add_flag(
      "--rocksdb", command->on_rocksdb,
      "every ledger on RocksDB, on a machine that loses power (default: one in a hundred)");
  sub->add_flag("--all", command->all, "go on after a failure, and look for no smaller one");
  sub->add_flag("--verbose", command->verbose, "print everything that happens");
  sub->add_flag("--json", command->json, "one JSON object a seed that fails, and one at the end");
  sub->footer(
      "Examples:\n  migledger simulate --seed 42 --verbose\n  migledger simulate --seeds 10000 "
      "--jobs 2");
  sub->callback([command, &line] {
    line.run([command] { return run_simulate(*command, std::cout, std::cerr); });
  });
}

}  // namespace migledger::cli
