// Calls of the `oci` program, which costs about a second of processor time each: by migledger, and
// by the approach that it replaces, on the same timeline of the simulated tenancy. And how late
// either notices that an operation is over.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/bench/bench.h"
#include "tests/bench/counting_cloud.h"
#include "tests/bench/detection.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"
#include "tests/bench/old_approach.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/sample_migration.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

namespace {

namespace fs = std::filesystem;
using namespace workflow;

// Of one call, when the program is not there to be measured.
constexpr double kAssumedCpu = 1.0;

// Notes when the ledger records that an operation is over.
class Noting : public Observer {
 public:
  Detections seen;

  void appended(const MigrationState& state, ledger::schema::Event::Reader event) override {
    if (!event.getBody().isChecked()) return;
    const auto checked = event.getBody().getChecked();
    if (checked.getResult() != ledger::schema::Checked::Result::OK) return;
    const auto note = [&](std::string_view step, std::string_view region, std::string_view work) {
      if (state.step_name(checked.getStep()) != step) return;
      seen.push_back({std::string(state.plan.get(region)), step == "await-copy",
                      std::string(state.facts.get(work)), time_from_micros(event.getRawTime())});
    };
    note("await-image", "source_region", "image_work");
    note("await-export", "source_region", "export_work");
    note("await-copy", "source_region", "copy_work");
    note("await-import", "target_region", "import_work");
    note("await-running", "target_region", "launch_work");
  }
  Time waiting(Time) override { return Time::max(); }
};

struct Figures {
  double calls = 0;  // a migration
  double delay = 0;  // seconds from the end of an operation to its being noticed, on average
  double hours = 0;  // of simulated time, until all were done
};

struct Tenant {
  explicit Tenant(const Plan& plan, std::uint64_t seed) : tenancy(options(seed), &kept) {
    for (const auto& migration : plan.migrations) tenancy.provision(migration);
    // The scripts have no step that creates the target bucket: it is there for both.
    const auto& fields = plan.migrations.front().fields;
    Request bucket;
    bucket.region = fields.get("target_region");
    bucket.service = Service::object_storage;
    bucket.method = "POST";
    bucket.path = "/n/" + tenancy.object_namespace() + "/b";
    bucket.body =
        fmt::format(R"({{"name":"{}","compartmentId":"{}"}})", fields.get("target_bucket_name"),
                    fields.get("target_compartment_id"));
    if (!tenancy.handle(bucket, kBegin).ok()) throw std::runtime_error("calls: no target bucket");
  }
  static adapters::sim::TenancyOptions options(std::uint64_t seed) {
    auto options = tenancy_options();
    options.seed = seed;
    options.durations_by_name = true;
    return options;
  }

  adapters::sim::MemoryStore kept;
  adapters::sim::Tenancy tenancy;
  adapters::sim::SimCloud sim{tenancy, {.speed = 0, .parallel = 256}};
  CountingCloud cloud{sim};

  Figures figures(const Plan& plan, const Detections& seen) {
    const auto count = static_cast<double>(plan.migrations.size());
    if (seen.size() != 5 * plan.migrations.size())
      throw std::runtime_error(fmt::format("calls: {} ends noticed", seen.size()));
    const Time now = cloud.now();
    return {static_cast<double>(cloud.calls()) / count, mean_delay(seen, tenancy, now),
            std::chrono::duration<double>(now - kBegin).count() / 3600};
  }
};

Figures run_ours(const Plan& plan, std::uint64_t seed) {
  Tenant tenant(plan, seed);
  testing::MemoryEventStore store;
  auto first = first_event();
  store.append_one(first);
  RunOptions options;
  options.parallel = plan.migrations.size();
  Noting noting;
  Executor executor(store, tenant.cloud, tenant.cloud, compute_workflow(), options, &noting);
  const RunResult result = executor.run(plan);
  if (result.done != plan.migrations.size()) throw std::runtime_error("calls: " + words(result));
  return tenant.figures(plan, noting.seen);
}

Figures run_old(const Plan& plan, std::uint64_t seed) {
  Tenant tenant(plan, seed);
  Detections seen;
  run_old_approach(plan, tenant.tenancy.object_namespace(), tenant.cloud, seen);
  return tenant.figures(plan, seen);
}

Plan plan_of(std::size_t migrations) {
  Plan plan;
  for (unsigned n = 1; n <= migrations; ++n)
    plan.migrations.push_back(testing::sample_migration("vm-" + std::to_string(n), n));
  return plan;
}

double children_cpu() {
  struct rusage usage {};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Processor seconds of one `oci raw-request` that reaches nobody, as the program of the tests
// takes it; nothing when that is not there.
std::optional<double> cpu_of_a_call(Context& context) {
  const fs::path program = context.migledger.parent_path() / "venv" / "bin" / "oci";
  if (!fs::exists(program)) return std::nullopt;
  const fs::path key = context.directory / "oci.pem", config = context.directory / "oci.config";
  const auto run = [](const std::string& command) {
    return std::system((command + " >/dev/null 2>&1 </dev/null").c_str());
  };
  if (run(fmt::format("openssl genrsa -out '{}' 2048", key.string())) != 0) return std::nullopt;
  std::ofstream(config) << fmt::format(
      "[DEFAULT]\nuser=ocid1.user.oc1..bench\ntenancy=ocid1.tenancy.oc1..bench\n"
      "region=us-ashburn-1\nfingerprint=00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff\n"
      "key_file={}\n",
      key.string());
  for (const auto& file : {key, config}) fs::permissions(file, fs::perms::owner_read);
  std::vector<double> took;
  for (int round = 0; round < (context.quick ? 1 : 5); ++round) {
    const double before = children_cpu();
    run(
        fmt::format("'{}' raw-request --http-method GET --target-uri http://127.0.0.1:1/ "
                    "--config-file '{}' --no-retry",
                    program.string(), config.string()));
    took.push_back(children_cpu() - before);
  }
  return median(took);
}

}  // namespace

void bench_calls(Context& context) {
  Report& report = context.report;
  report.section("calls");
  const auto measured = cpu_of_a_call(context);
  const double cpu = measured.value_or(kAssumedCpu);
  if (!measured)
    report.remark(fmt::format(
        "no oci program beside migledger (the tests install one): {} s of cpu a call assumed",
        kAssumedCpu));
  report.value("one call of oci raw-request", "s of cpu", cpu, Goal::none());
  const std::vector<std::size_t> sizes =
      context.quick ? std::vector<std::size_t>{1, 2, 4} : std::vector<std::size_t>{1, 10, 100};
  for (const std::size_t n : sizes) {
    const Plan plan = plan_of(n);
    // Of few, one timeline says little.
    const std::uint64_t timelines = context.quick ? 1 : n >= 100 ? 20 : 200 / n;
    Figures ours, old;
    for (std::uint64_t seed = 1; seed <= timelines; ++seed) {
      const auto add = [&](Figures& sum, const Figures& one) {
        const auto share = 1 / static_cast<double>(timelines);
        sum.calls += share * one.calls;
        sum.delay += share * one.delay;
        sum.hours += share * one.hours;
      };
      add(ours, run_ours(plan, seed));
      add(old, run_old(plan, seed));
    }
    const std::string many = std::to_string(n) + " at once";
    report.ratio(many + ", a migration", "calls of oci", ours.calls, old.calls,
                 n == 100 ? Goal::most(0.1) : Goal::none());
    report.ratio(many + ", a migration", "s of cpu in oci", ours.calls * cpu, old.calls * cpu,
                 Goal::none());
    report.ratio(many + ", until an end is noticed", "s", ours.delay, old.delay, Goal::most(1));
    report.ratio(many + ", until all are done", "h", ours.hours, old.hours, Goal::none());
  }
}

}  // namespace migledger::bench
