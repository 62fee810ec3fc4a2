// The command-line options of run, doctor and reconcile.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments/command_line.h"
#include "cli/arguments/common_options.h"
#include "cli/arguments/value_checks.h"
#include "cli/run/consent.h"
#include "cli/run/doctor.h"
#include "cli/run/reconcile.h"
#include "cli/run/run.h"

namespace migledger::cli {

void add_run(CommandLine& line) {
  const auto command = std::make_shared<RunCommand>();
  auto* sub = line.app.add_subcommand("run", "do what the configuration names, or go on with it");
  add_cloud(sub, *command);
  workflow(sub->add_option(
      "-w,--workflow", command->workflow,
      "compute, volume-replication or storage-replication (default: as configured)"));
  sub->add_option("--only", command->only, "only the migration of that name; may be repeated")
      ->type_name("NAME");
  whole_number(sub->add_option("--parallel", command->parallel,
                               "migrations at once (default: as configured)"),
               1, 100'000);
  sub->add_flag("--dry-run", command->dry_run,
                "ask nothing of the cloud and keep nothing; print what would be sent, with likely "
                "replies");
  sub->add_flag("--verbose", command->verbose,
                "with --dry-run: the requests of every migration, not of one of each kind");
  add_consent(sub, command->consent,
              "approve downtime of a source, and what waited for approval before; or "
              "--yes=downtime,cutover,termination: what is named");
  sub->add_flag("--accept-plan-change", command->accept_plan_change,
                "record a changed plan, where it cannot affect what was already done");
  sub->add_flag("--json", command->json, "one JSON object a line");
  sub->add_option("--log-file", command->log_file, "the debug log (default: as configured)")
      ->type_name("FILE");
  number(sub->add_option("--sim-speed", command->sim_speed,
                         "simulated seconds a second; 0: as fast as it goes"),
         0, 1e9)
      ->capture_default_str()
      ->group(kSimulated);
  whole_number(sub->add_option("--sim-seed", command->sim_seed, "of a new simulated tenancy"), 0)
      ->capture_default_str()
      ->group(kSimulated);
  sub->add_option("--sim-faults", command->sim_faults, "a file of faults to rehearse")
      ->type_name("FILE")
      ->group(kSimulated);
  whole_number(sub->add_option("--sim-objects", command->sim_objects,
                               "objects in each bucket that is replicated, at first (default: 25)"),
               0, 10'000'000)
      ->group(kSimulated);
  number(sub->add_option("--sim-writes-for", command->sim_writes_for,
                         "simulated seconds for which somebody goes on writing to them"),
         0, 1e7)
      ->group(kSimulated);
  sub->footer(
      "Examples:\n  migledger run --cloud sim --ledger rehearsal.ledger\n"
      "  migledger run --config plan.json --only web-1 --yes=cutover\n"
      "  migledger run --dry-run");
  sub->callback([command, &line] {
    command->command_line = line.typed;
    line.run([command, &line] { return run_run(*command, line.terminal, std::cout, std::cerr); });
  });
}

void add_doctor(CommandLine& line) {
  const auto command = std::make_shared<RunCommand>();
  auto* sub = line.app.add_subcommand("doctor",
                                      "what would keep a migration from working; changes nothing");
  add_cloud(sub, *command);
  workflow(sub->add_option("-w,--workflow", command->workflow,
                           "compute, volume-replication or storage-replication"));
  sub->add_flag("--json", command->json, "as one JSON object");
  sub->footer("Example:\n  migledger doctor --config plan.json");
  sub->callback([command, &line] {
    line.run([command, &line] { return run_doctor(*command, line.terminal, std::cout); });
  });
}

void add_reconcile(CommandLine& line) {
  struct Reconcile {
    RunCommand run;
    bool adopt = false;
  };
  const auto command = std::make_shared<Reconcile>();
  auto* sub = line.app.add_subcommand(
      "reconcile", "compare the ledger with what is in the cloud; removes nothing");
  add_cloud(sub, command->run);
  sub->add_flag("--adopt", command->adopt,
                "record what the ledger does not have, where its migration can take it");
  sub->add_flag("--json", command->run.json, "as one JSON object");
  sub->footer("Example:\n  migledger reconcile --cloud sim --ledger rehearsal.ledger");
  sub->callback([command, &line] {
    command->run.command_line = line.typed;
    line.run([command, &line] {
      return run_reconcile(command->run, command->adopt, line.terminal, std::cout, std::cerr);
    });
  });
}

}  // namespace migledger::cli
