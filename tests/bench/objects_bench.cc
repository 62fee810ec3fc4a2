// A bucket of a million objects brought to another region, in one process, on the simulated
// tenancy, in simulated time. What must stay flat is the executor's memory and the ledger; the
// tenancy holds every object twice.
#include <sys/resource.h>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/bench/bench.h"
#include "tests/bench/executor_parts.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "tests/support/sample_bucket.h"
#include "workflow/storage/storage_workflow.h"

namespace migledger::bench {

namespace {

using namespace workflow;
namespace sim = adapters::sim;

double peak_mib() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double mib_on_disk(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return static_cast<double>(bytes) / (1 << 20);
}

sim::TenancyOptions with_objects(std::uint64_t count) {
  sim::TenancyOptions options = tenancy_options();
  options.bucket_objects = count;
  return options;
}

}  // namespace

void bench_objects(Context& context) {
  Report& report = context.report;
  report.section("objects");
  const std::uint64_t count = context.quick ? 3000 : 1'000'000;
  const auto per_object = [&](double value) { return value / static_cast<double>(count); };
  const Plan plan = testing::bucket_plan();
  sim::Tenancy tenancy(with_objects(count), nullptr);
  tenancy.provision(plan.migrations.front());
  report.value("resident before, of the tenancy", "MiB", peak_mib(), Goal::none());

  const auto path = context.directory / "objects.ledger";
  const auto store = new_ledger(path);
  sim::SimCloud simulated(tenancy, {.speed = 0, .parallel = 64});
  TimedCloud cloud(simulated);
  const Time begun = cloud.now();
  const double cpu_before = cpu_seconds();
  const double real = seconds_of([&] {
    RunOptions options;
    options.approvals = workflow::approve_all();
    // Two events a page of each walk; half way through the one that copies.
    BreakOff observer(3 * count / 1000);
    auto executor =
        std::make_unique<Executor>(*store, cloud, cloud, storage_workflow(), options, &observer);
    try {
      executor->run(plan);
    } catch (const BreakOff::Broken&) {
      // As wanted.
    }
    const std::size_t with = heap_in_use();
    executor.reset();
    report.value("memory of the executor, half way", "KiB",
                 static_cast<double>(with - heap_in_use()) / 1024, Goal::most(16 * 1024));
    Executor again(*store, cloud, cloud, storage_workflow(), options);
    const RunResult result = again.run(plan);
    if (result.done != 1) throw std::runtime_error("objects: " + words(result));
  });
  const double own = cpu_seconds() - cpu_before - cloud.seconds();
  report.value(std::to_string(count) + " objects", "s", real, Goal::none());
  report.value("of simulated time", "h", static_cast<double>((cloud.now() - begun).count()) / 3.6e9,
               Goal::none());
  report.value("an object, without the tenancy", "us of cpu", per_object(1e6 * own), Goal::none());
  report.value("an object, in the tenancy", "us of cpu", per_object(1e6 * cloud.seconds()),
               Goal::none());
  report.value("calls an object", "", per_object(static_cast<double>(cloud.calls())), Goal::none());
  report.value("events", "", static_cast<double>(store->head().position), Goal::none());
  report.value("ledger on disk", "MiB", mib_on_disk(path), Goal::most(16));
  report.value("resident at most, with the tenancy", "MiB", peak_mib(), Goal::none());
}

}  // namespace migledger::bench
