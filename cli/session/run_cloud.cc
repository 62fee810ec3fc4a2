#include "cli/session/run_cloud.h"

#include <filesystem>

#include "adapters/oci_cli/oci_cli.h"
#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/state_store.h"
#include "adapters/system_clock.h"
#include "cli/base/names.h"
#include "cli/session/open_ledger.h"
#include "cli/session/sim_faults.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;

class OciRunCloud final : public RunCloud {
 public:
  OciRunCloud(adapters::OciCliOptions options) : cloud_(std::move(options), clock_) {}
  workflow::Cloud& cloud() override { return cloud_; }
  workflow::Clock& clock() override { return clock_; }

 private:
  adapters::SystemClock clock_;
  adapters::OciCli cloud_;
};

class SimRunCloud final : public RunCloud {
 public:
  SimRunCloud(std::unique_ptr<sim::StateStore> store, const sim::TenancyOptions& options,
              const sim::SimCloudOptions& cloud, const workflow::Plan& plan)
      : store_(std::move(store)), tenancy_(options, store_.get()) {
    for (const auto& migration : plan.migrations) tenancy_.provision(migration);
    cloud_ = std::make_unique<sim::SimCloud>(tenancy_, cloud);
  }
  workflow::Cloud& cloud() override { return *cloud_; }
  workflow::Clock& clock() override { return *cloud_; }

 private:
  std::unique_ptr<sim::StateStore> store_;
  sim::Tenancy tenancy_;
  std::unique_ptr<sim::SimCloud> cloud_;
};

// Of the ledger at `path`; empty when there is none, or it cannot be read: whoever opens it says
// why.
std::string cloud_of_ledger(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  try {
    ledger::OpeningReport report;
    return ledger_facts(*ledger::RocksEventStore::open_reader(path, report)).cloud;
  } catch (const ledger::LedgerError&) {
    return {};
  }
}

}  // namespace

std::string sim_state_of(const std::string& configured, const std::string& ledger) {
  return configured.empty() ? ledger + ".sim" : configured;
}

std::unique_ptr<RunCloud> make_run_cloud(const CloudChoice& command, const adapters::Config& config,
                                         const std::string& ledger, Keeps keeps) {
  if (const auto bound = cloud_of_ledger(ledger); !bound.empty())
    check_cloud(ledger, bound, command.cloud);
  if (command.cloud == "sim") {
    sim::TenancyOptions options;
    options.seed = command.sim_seed;
    options.start = adapters::SystemClock().now();
    options.bucket_objects = command.sim_objects.value_or(options.bucket_objects);
    options.writes_for = Duration(static_cast<std::int64_t>(command.sim_writes_for * 1e6));
    if (!command.sim_faults.empty())
      options.faults = read_faults("--sim-faults", command.sim_faults);
    const std::string directory = sim_state_of(command.sim_state, ledger);
    std::unique_ptr<sim::StateStore> store;
    if (keeps == Keeps::nothing)
      store = sim::copy_of_disk_store(directory);
    else
      store = sim::open_disk_store(directory);
    return std::make_unique<SimRunCloud>(
        std::move(store), options, sim::SimCloudOptions{.speed = command.sim_speed, .parallel = 64},
        config.plan);
  }
  adapters::OciCliOptions options;
  options.program = config.oci.program;
  options.config_file = config.oci.config_file;
  options.profile = config.oci.profile;
  options.auth = config.oci.auth;
  options.parallel = config.oci.parallel;
  options.call_timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(config.oci.call_timeout_seconds * 1000));
  options.endpoints = config.endpoints;
  // Beside the ledger, which may not be there yet.
  options.children_lock = ledger + ".children";
  options.environment = adapters::current_environment();
  return std::make_unique<OciRunCloud>(std::move(options));
}

}  // namespace migledger::cli
