#include "cli/simulate_options.h"

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"

namespace migledger::cli {

void add_simulate(CLI::App& app, SimulateCommand& command, const std::function<void()>& run) {
  auto* sub = app.add_subcommand(
      "simulate", "prove the promises under faults, on a simulated tenancy; touches nothing");
  whole_number(sub->add_option("--seed", command.seed, "from which everything follows"), 0)
      ->capture_default_str();
  sub->add_option("--seeds", command.seeds, "how many seeds, from --seed on")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  sub->add_option("--jobs", command.jobs, "how many at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  sub->add_option("--steps", command.steps, "runs under faults, at most (default: drawn)")
      ->check(CLI::Range(1, 10'000));
  sub->add_option("--migrations", command.migrations, "of the plan (default: drawn)")
      ->check(CLI::Range(1, 1000));
  sub->add_option("-w,--workflow", command.workflow, "of the plan (default: drawn)")
      ->check(CLI::IsMember({"compute", "volume-replication", "storage-replication"}));
  sub->add_option("--without", command.without, "kinds of faults to leave out, with commas between")
      ->delimiter(',');
  sub->add_flag(
      "--rocksdb", command.on_rocksdb,
      "every ledger on RocksDB, on a machine that loses power (default: one in a hundred)");
  sub->add_flag("--all", command.all, "go on after a failure, and look for no smaller one");
  sub->add_flag("--verbose", command.verbose, "print everything that happens");
  sub->add_flag("--json", command.json, "one JSON object a seed that fails, and one at the end");
  sub->footer(
      "Examples:\n  migledger simulate --seed 42 --verbose\n  migledger simulate --seeds 10000 "
      "--jobs 2");
  sub->callback(run);
}

}  // namespace migledger::cli
