#include "cli/run_cloud.h"

#include "adapters/oci_cli/oci_cli.h"
#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "adapters/system_clock.h"
#include "cli/sim_faults.h"

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
  SimRunCloud(const std::string& directory, const sim::TenancyOptions& options,
              const sim::SimCloudOptions& cloud, const workflow::Plan& plan)
      : store_(sim::open_disk_store(directory)), tenancy_(options, store_.get()) {
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

}  // namespace

std::string sim_state_of(const std::string& configured, const std::string& ledger) {
  return configured.empty() ? ledger + ".sim" : configured;
}

std::unique_ptr<RunCloud> make_run_cloud(const RunCommand& command, const adapters::Config& config,
                                         const std::string& ledger) {
  if (command.cloud == "sim") {
    sim::TenancyOptions options;
    options.seed = command.sim_seed;
    options.start = adapters::SystemClock().now();
    options.bucket_objects = command.sim_objects.value_or(options.bucket_objects);
    options.writes_for = Duration(static_cast<std::int64_t>(command.sim_writes_for * 1e6));
    if (!command.sim_faults.empty())
      options.faults = read_faults("--sim-faults", command.sim_faults);
    return std::make_unique<SimRunCloud>(
        sim_state_of(command.sim_state, ledger), options,
        sim::SimCloudOptions{.speed = command.sim_speed, .parallel = 64}, config.plan);
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
