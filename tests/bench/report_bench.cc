// The page of `report --html` over many migrations: how large it is, how long it takes to make as a
// whole process, and how soon a browser shows something of it.
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/bench/bench.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "tests/support/paths.h"
#include "tests/support/sample_migration.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

namespace {

// A ledger as a real run writes it: calls fail now and then, and are made again.
std::uint64_t make_ledger(const std::filesystem::path& path, unsigned migrations) {
  auto options = tenancy_options();
  const auto rate = [&](adapters::sim::Fault fault) -> double& {
    return options.faults.rates[static_cast<std::size_t>(fault)];
  };
  rate(adapters::sim::Fault::throttled) = 0.03;
  rate(adapters::sim::Fault::lost_after) = 0.02;
  adapters::sim::MemoryStore kept;
  adapters::sim::Tenancy tenancy(options, &kept);
  workflow::Plan plan;
  for (unsigned n = 1; n <= migrations; ++n) {
    plan.migrations.push_back(testing::sample_migration("vm-" + std::to_string(n), n));
    tenancy.provision(plan.migrations.back());
  }
  adapters::sim::SimCloud cloud(tenancy, {.speed = 0, .parallel = 256});
  const auto store = new_ledger(path);
  workflow::RunOptions run;
  run.parallel = migrations;
  workflow::Executor(*store, cloud, cloud, workflow::compute_workflow(), run).run(plan);
  const auto head = store->head().position;
  store->close();
  return head;
}

// What a command prints, to its end; throws unless it ends well. 77 is a refusal for want of
// something, and gives nothing.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  std::string text;
  char piece[256];
  for (std::size_t got; (got = std::fread(piece, 1, sizeof piece, pipe)) > 0;)
    text.append(piece, got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return {};
  if (status != 0) throw std::runtime_error("failed: " + command);
  return text;
}

std::string shell_word(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

}  // namespace

void bench_report(Context& context) {
  Report& report = context.report;
  report.section("report");
  const unsigned migrations = context.quick ? 5 : 1000;
  const std::string of = " of " + std::to_string(migrations) + " migrations";
  const auto ledger = context.directory / "report.ledger";
  const auto page = context.directory / "report.html";
  const auto events = make_ledger(ledger, migrations);
  report.value("events" + of, "", static_cast<double>(events), Goal::none());

  const std::string make = shell_word(context.migledger) + " report --force --ledger " +
                           shell_word(ledger) + " --html " + shell_word(page);
  const std::string scan = shell_word(context.migledger) + " history --json --ledger " +
                           shell_word(ledger) + " > /dev/null";
  const auto times = compare(context.quick ? 1 : 7, context.random,
                             {[&] { return 1e3 * seconds_of([&] { output_of(make); }); },
                              [&] { return 1e3 * seconds_of([&] { output_of(scan); }); }});
  report.ratio("page" + of + ", over history --json", "ms", times[0], times[1], Goal::most(2));
  report.value("page" + of, "MB", static_cast<double>(std::filesystem::file_size(page)) / 1e6,
               Goal::most(5));

  const std::string paint =
      output_of("python3 -B " + shell_word(testing::source_path("tests/report/paint.py")) + " " +
                shell_word(page) + (context.quick ? " 1" : " 5"));
  if (paint.empty()) {
    report.remark("there is no chromium, so the page was not painted");
    return;
  }
  double first = 0;
  double drawn = 0;
  if (std::sscanf(paint.c_str(), "%lf %lf", &first, &drawn) != 2)
    throw std::runtime_error("paint.py: " + paint);
  report.value("first paint of the page" + of, "ms", first, Goal::most(1000));
  report.value("all tables and bars drawn" + of, "ms", drawn, Goal::none());
}

}  // namespace migledger::bench
