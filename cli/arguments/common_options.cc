#include "cli/arguments/common_options.h"

#include <CLI/CLI.hpp>

#include "cli/arguments/value_checks.h"

namespace migledger::cli {

void add_ledger(CLI::App* command, LedgerChoice& choice) {
  command
      ->add_option("--ledger", choice.ledger,
                   "directory of the ledger (default: ledger_path of the configuration, or "
                   "migration.ledger)")
      ->type_name("DIR");
  command
      ->add_option("-c,--config", choice.config,
                   "the configuration that names the ledger (default: config.json, if it is there)")
      ->type_name("FILE");
}

void add_cloud(CLI::App* command, CloudChoice& run) {
  command->add_option("-c,--config", run.config, "the configuration")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_option("--ledger", run.ledger, "directory of the ledger (default: as configured)")
      ->type_name("DIR");
  cloud(command->add_option("--cloud", run.cloud, "oci, or sim to rehearse"))
      ->capture_default_str();
  command
      ->add_option("--sim-state", run.sim_state,
                   "directory of the simulated tenancy (default: <ledger>.sim)")
      ->type_name("DIR")
      ->group(kSimulated);
}

}  // namespace migledger::cli
