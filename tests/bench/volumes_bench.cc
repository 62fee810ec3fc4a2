// A plan of many volumes, moved at once by replica on the simulated tenancy, in simulated time.
#include <malloc.h>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/bench/bench.h"
#include "tests/bench/counting_cloud.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "tests/support/sample_volume.h"
#include "workflow/run/executor.h"
#include "workflow/volume/volume_workflow.h"

namespace migledger::bench {

namespace {

double heap_in_mib() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

// The most heap that was in use whenever the executor was about to wait.
class HeapWatch : public workflow::Observer {
 public:
  void appended(const workflow::MigrationState&, ledger::schema::Event::Reader) override {}
  Time waiting(Time) override {
    most_ = std::max(most_, heap_in_mib());
    return Time::max();
  }
  double most() const { return most_; }

 private:
  double most_ = 0;
};

double mib_on_disk(const std::filesystem::path& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  return bytes / (1 << 20);
}

}  // namespace

void bench_volumes(Context& context) {
  Report& report = context.report;
  report.section("volumes");
  const unsigned count = context.quick ? 5 : 500;
  const std::string many = std::to_string(count) + " volumes";
  const auto plan = testing::volume_plan(count);
  const auto path = context.directory / "volumes.ledger";

  const double heap_before = heap_in_mib();
  adapters::sim::MemoryStore kept;
  adapters::sim::Tenancy tenancy(tenancy_options(), &kept);
  for (const auto& planned : plan.migrations) tenancy.provision(planned);
  const Time begun = tenancy.clock();
  adapters::sim::SimCloud sim(tenancy, {.speed = 0, .parallel = 256});
  CountingCloud cloud(sim);
  auto store = new_ledger(path);
  HeapWatch watch;
  workflow::RunOptions options;
  options.parallel = count;
  options.approvals = workflow::approve_all();  // the cut-over
  workflow::Executor executor(*store, cloud, sim, workflow::volume_workflow(), options, &watch);
  workflow::RunResult result;
  const double cpu = cpu_seconds();
  const double seconds = seconds_of([&] { result = executor.run(plan); });
  if (result.done != count) throw std::runtime_error("volumes: " + words(result));

  const auto of_each = [&](double all) { return all / count; };
  const auto events = static_cast<double>(store->head().position);
  store->close();
  report.value(many + " at once, ledger in RocksDB", "s", seconds, Goal::none());
  report.value(many + ", processor time", "s", cpu_seconds() - cpu, Goal::none());
  report.value(many + ", simulated time", "h",
               std::chrono::duration<double>(tenancy.clock() - begun).count() / 3600, Goal::none());
  report.value(many + ", calls a volume", "", of_each(static_cast<double>(cloud.calls())),
               Goal::none());
  report.value(many + ", events a volume", "", of_each(events), Goal::none());
  report.value(many + ", most heap, with the tenancy", "MiB", watch.most() - heap_before,
               Goal::none());
  report.value(many + ", ledger on disk", "MiB", mib_on_disk(path), Goal::none());
}

}  // namespace migledger::bench
