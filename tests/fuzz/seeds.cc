// Writes the inputs from which the fuzzers start that are no plain text: migledger_fuzz_seeds
// DIRECTORY (tests/fuzz/corpus). To be run again when there are new kinds of events.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/world/state_store.h"
#include "ledger/directory/anchor.h"
#include "ledger/fold/fleet_summary.h"
#include "ledger/store/memory_event_store.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_migration.h"
#include "tests/support/sample_volume.h"
#include "workflow/run/executor.h"
#include "workflow/run/steering.h"
#include "workflow/workflows.h"

namespace {

using namespace migledger;
namespace fs = std::filesystem;

const Time kStart(std::chrono::seconds(1'800'000'000));

void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Rehearsed {
  explicit Rehearsed(workflow::Plan plan, adapters::sim::Faults faults = {}) {
    adapters::sim::TenancyOptions options;
    options.start = kStart;
    options.data_volumes = 1;
    options.bucket_objects = 4;
    options.faults = std::move(faults);
    adapters::sim::Tenancy tenancy(options, &state);
    for (const auto& planned : plan.migrations) tenancy.provision(planned);
    ledger::EventDraft first(ledger::kLedgerStream, kStart, 0);
    auto created = first.body().initLedgerCreated();
    created.setLedgerId("0123456789abcdef0123456789abcdef");
    created.setFormat(1);
    created.setCloud("sim");
    store.append({&first, 1});
    adapters::sim::SimCloud cloud(tenancy, {.speed = 0, .parallel = 64});
    workflow::RunOptions run;
    run.approvals = workflow::approve_all();
    run.actor = {"alice", "box", 42, "0.1.0", "migledger run"};
    workflow::Executor executor(store, cloud, cloud, *workflow::workflow_named(plan.workflow),
                                std::move(run));
    executor.run(plan);
  }

  // Events, one after the other, in files of `most`.
  void write_events(const fs::path& folder, const std::string& name, std::size_t most) const {
    std::string part;
    std::size_t count = 0, number = 0;
    for (const auto cursor = store.scan(1, store.head().position); cursor->next();) {
      if (count++ > 0) part += "\n~~\n";
      part += text_of(cursor->bytes());
      if (count < most) continue;
      write(folder / (name + "-" + std::to_string(++number)), part);
      part.clear();
      count = 0;
    }
    if (count > 0) write(folder / (name + "-" + std::to_string(++number)), part);
  }

  adapters::sim::MemoryStore state;
  ledger::MemoryEventStore store;
};

workflow::Plan plan_of(std::string name, workflow::PlannedMigration planned) {
  workflow::Plan plan;
  plan.workflow = std::move(name);
  planned.fields = planned.fields.sorted();
  plan.migrations.push_back(std::move(planned));
  return plan;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: migledger_fuzz_seeds DIRECTORY\n");
    return 2;
  }
  const fs::path corpus = argv[1];
  constexpr std::size_t kEvents = 20;

  auto with_volumes = testing::sample_migration("web");
  with_volumes.fields.set("transfer", "par");
  with_volumes.fields.set("volumes", "replicate");
  adapters::sim::Faults faults;
  for (const auto fault : {adapters::sim::Fault::throttled, adapters::sim::Fault::lost_after,
                           adapters::sim::Fault::work_request_fails})
    faults.rates[static_cast<std::size_t>(fault)] = 0.1;

  Rehearsed compute(plan_of("compute", testing::sample_migration("web")));
  const Rehearsed volumes(plan_of("compute", with_volumes), faults);
  const Rehearsed volume(plan_of("volume-replication", testing::sample_volume("data")));
  const Rehearsed bucket(plan_of("storage-replication", testing::sample_bucket("data")));

  unsigned orders = 0;
  for (const auto verb : {workflow::Verb::PAUSE, workflow::Verb::NOTE, workflow::Verb::RESUME,
                          workflow::Verb::ROLLBACK}) {
    workflow::Order order;
    order.id = std::to_string(++orders);
    order.verb = verb;
    order.migration = "web";
    order.reason = "because";
    order.user = "alice";
    order.host = "box";
    workflow::carry_out(
        compute.store, order, compute.store.head().time, [] { return ledger::Position{2}; },
        workflow::workflow_named);
  }
  compute.write_events(corpus / "events", "compute", kEvents);
  volumes.write_events(corpus / "events", "faults", kEvents);
  volume.write_events(corpus / "events", "volume", kEvents);
  bucket.write_events(corpus / "events", "bucket", kEvents);

  ledger::Anchor anchor;
  ledger::FleetSummary fleet;
  for (const auto cursor = compute.store.scan(1, compute.store.head().position); cursor->next();) {
    anchor.append(cursor->bytes());
    fleet.apply(cursor->event());
  }
  write(corpus / "files" / "anchor", "anchor\n" + ledger::serialise(anchor));
  write(corpus / "files" / "snapshot", "snapshot\n" + text_of(fleet.save()));
  std::string rows = "tenancy\n";
  for (const auto& [key, value] : volumes.state.rows()) {
    if (rows.size() > 16) rows += "\n~~\n";
    rows += key + "=" + value;
  }
  write(corpus / "files" / "tenancy", rows);
  return 0;
}
