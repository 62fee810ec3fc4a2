// Many compute migrations at once, in one process, on the simulated tenancy, in simulated time.
#include <algorithm>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/bench/bench.h"
#include "tests/bench/executor_parts.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/sample_migration.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

namespace {

using namespace workflow;

enum class Dependencies { none, chain, ten };

Plan plan_of(std::size_t migrations, Dependencies dependencies = Dependencies::none) {
  Plan plan;
  for (unsigned n = 1; n <= migrations; ++n) {
    auto& planned =
        plan.migrations.emplace_back(testing::sample_migration("vm-" + std::to_string(n), n));
    const auto depend_on = [&](unsigned other) {
      if (other > 0) planned.depends_on.push_back("vm-" + std::to_string(other));
    };
    if (dependencies == Dependencies::chain) depend_on(n - 1);
    // Four stand between each and the next that it depends on, so that several can be under way.
    for (unsigned of = 1; dependencies == Dependencies::ten && of <= 10; ++of)
      depend_on(n > 4 * of + 6 ? n - 4 * of - 6 : 0);
  }
  return plan;
}

struct Fleet {
  explicit Fleet(Plan moved) : plan(std::move(moved)), parallel(plan.migrations.size()) {
    for (const auto& planned : plan.migrations) tenancy.provision(planned);
  }

  adapters::sim::MemoryStore kept;
  adapters::sim::Tenancy tenancy{tenancy_options(), &kept};
  Plan plan;
  std::size_t parallel;

  std::unique_ptr<Executor> executor(ledger::EventStore& store, Cloud& cloud, Clock& clock,
                                     Observer* observer) {
    RunOptions options;
    options.parallel = parallel;
    return std::make_unique<Executor>(store, cloud, clock, compute_workflow(), options, observer);
  }
};

struct Run {
  double seconds = 0;      // of real time
  double cpu = 0;          // of processor time
  double tenancy_cpu = 0;  // of that, in the tenancy
  std::uint64_t events = 0;
  std::uint64_t calls = 0;
};

Run run(Fleet& fleet, ledger::EventStore& store) {
  adapters::sim::SimCloud sim(fleet.tenancy, {.speed = 0, .parallel = 256});
  TimedCloud cloud(sim);
  const auto executor = fleet.executor(store, cloud, cloud, nullptr);
  RunResult result;
  Run run;
  const double from = cpu_seconds();
  run.seconds = seconds_of([&] { result = executor->run(fleet.plan); });
  run.cpu = cpu_seconds() - from;
  if (result.done != fleet.plan.migrations.size())
    throw std::runtime_error("executor: " + words(result));
  run.tenancy_cpu = cloud.seconds();
  run.calls = cloud.calls();
  run.events = store.head().position;
  return run;
}

Run run(std::size_t migrations, ledger::EventStore& store) {
  Fleet fleet(plan_of(migrations));
  return run(fleet, store);
}

// Bytes of heap that the executor holds when `events` have been appended.
std::size_t held_after(std::size_t migrations, std::uint64_t events) {
  Fleet fleet(plan_of(migrations));
  testing::MemoryEventStore store;
  auto first = first_event();
  store.append_one(first);
  adapters::sim::SimCloud cloud(fleet.tenancy, {.speed = 0, .parallel = 256});
  BreakOff observer(events);
  auto executor = fleet.executor(store, cloud, cloud, &observer);
  try {
    executor->run(fleet.plan);
  } catch (const BreakOff::Broken&) {
    // As wanted.
  }
  const std::size_t with = heap_in_use();
  executor.reset();
  return with - heap_in_use();
}

std::unique_ptr<testing::MemoryEventStore> memory_ledger() {
  auto store = std::make_unique<testing::MemoryEventStore>();
  auto first = first_event();
  store->append_one(first);
  return store;
}

// What dependencies cost: of several shapes against none, ten migrations at a time.
void compare_dependencies(Context& context) {
  const std::size_t n = context.quick ? 30 : 2000;
  const auto cpu_of = [&](Dependencies dependencies) {
    Fleet fleet(plan_of(n, dependencies));
    fleet.parallel = 10;
    const auto store = memory_ledger();
    const Run of = run(fleet, *store);
    return of.cpu - of.tenancy_cpu;
  };
  const double flat = cpu_of(Dependencies::none);
  const std::string of = " of " + std::to_string(n) + ", ten at a time";
  context.report.value("no dependencies," + of, "s of cpu", flat, Goal::none());
  context.report.ratio("a chain" + of, "s of cpu", cpu_of(Dependencies::chain), flat,
                       Goal::most(1.5));
  context.report.ratio("ten dependencies each" + of, "s of cpu", cpu_of(Dependencies::ten), flat,
                       Goal::most(1.5));
}

}  // namespace

void bench_executor(Context& context) {
  Report& report = context.report;
  report.section("executor");
  const std::vector<std::size_t> sizes = context.quick ? std::vector<std::size_t>{2, 5, 10}
                                                       : std::vector<std::size_t>{100, 1000, 10000};
  std::vector<double> cost;  // ms of processor time a migration, without the tenancy
  std::vector<double> cost_with_all;
  std::uint64_t events_a_migration = 0;
  for (const std::size_t n : sizes) {
    const std::string many = std::to_string(n) + " at once";
    const auto count = static_cast<double>(n);
    const int rounds = n >= 1000 ? 1 : context.quick ? 1 : 9;
    std::vector<Run> runs;
    for (int round = 0; round < rounds; ++round) runs.push_back(run(n, *memory_ledger()));
    std::nth_element(runs.begin(), runs.begin() + rounds / 2, runs.end(),
                     [](const Run& a, const Run& b) { return a.cpu < b.cpu; });
    const Run& typical = runs[static_cast<std::size_t>(rounds / 2)];
    const double own = typical.cpu - typical.tenancy_cpu;
    cost.push_back(1e3 * own / count);
    cost_with_all.push_back(1e3 * typical.cpu / count);
    events_a_migration = typical.events / n;
    report.value(many + ", ledger in memory", "s", typical.seconds, Goal::none());
    report.value(many + ", events", "events/s",
                 static_cast<double>(typical.events) / typical.seconds, Goal::none());
    report.value(many + ", a migration, without the tenancy", "ms of cpu", cost.back(),
                 Goal::none());
    report.value(many + ", a migration, in the tenancy", "ms of cpu",
                 1e3 * typical.tenancy_cpu / count, Goal::none());
    report.value(many + ", calls a migration", "", static_cast<double>(typical.calls) / count,
                 Goal::none());
    const auto path = context.directory / "executor.ledger";
    const auto store = new_ledger(path);
    const Run on_disk = run(n, *store);
    report.value(many + ", ledger in RocksDB", "s", on_disk.seconds, Goal::none());
    report.value(many + ", events into RocksDB", "events/s",
                 static_cast<double>(on_disk.events) / on_disk.seconds, Goal::none());
  }
  report.ratio("a migration, of most over of fewest", "ms of cpu", cost.back(), cost.front(),
               Goal::most(1.5));
  report.ratio("the same with the tenancy", "ms of cpu", cost_with_all.back(),
               cost_with_all.front(), Goal::most(1.5));

  const std::size_t n = context.quick ? 10 : 10000;
  std::size_t most = 0;
  for (const double share : {0.1, 0.3, 0.5, 0.7, 0.9})
    most = std::max(most, held_after(n, static_cast<std::uint64_t>(
                                            share * static_cast<double>(events_a_migration * n))));
  report.value("memory a migration, of " + std::to_string(n), "KiB",
               static_cast<double>(most) / static_cast<double>(n) / 1024, Goal::most(8));
  compare_dependencies(context);
}

}  // namespace migledger::bench
