// A rehearsal: executor, ledger in memory and simulated tenancy in one process, with time that
// jumps. A run can be killed at any append and gone on with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/sample_migration.h"
#include "workflow/compute/compute_workflow.h"
#include "workflow/run/executor.h"
#include "workflow/run/steering.h"
#include "workflow/workflows.h"

namespace migledger::testing {

inline constexpr std::string_view kLedgerId = "0123456789abcdef0123456789abcdef";

// Thrown by a hook of the store: the process is gone.
struct Killed {};

class Rehearsal {
 public:
  explicit Rehearsal(adapters::sim::TenancyOptions options = {});

  // Provisions what the plan names and runs it. Fails the test when the ledger then breaks a rule
  // of FORMAT.md. Throws what a hook throws.
  workflow::RunResult run(const workflow::Plan& plan, workflow::RunOptions options = {});

  // The same, killed after each append whose number is a multiple of `every`, and run again until
  // it ends by itself. Returns the last result; gives up (fails the test) after `most` kills.
  workflow::RunResult run_with_kills(const workflow::Plan& plan, unsigned every, unsigned most,
                                     workflow::RunOptions options = {});

  // The same, killed once, after so many appends. False: it ended before.
  bool run_killed_after(unsigned appends, const workflow::Plan& plan,
                        workflow::RunOptions options = {});

  // A plan of one migration, killed once after each append in turn; the ledger then forgets all
  // that it did since it knew `fact`. Calls `then` with each such rehearsal. Fails the test when
  // there is none.
  static void for_each_forgetting(const workflow::Plan& plan, const workflow::RunOptions& options,
                                  std::string_view fact,
                                  const std::function<void(Rehearsal&)>& then);

  // Gives an order between runs.
  workflow::OrderAnswer steer(workflow::Verb verb, std::string migration, std::string step = {},
                              std::string resource = {});

  ledger::MigrationState state(const std::string& migration) const;
  std::vector<std::string> created(std::string_view kind) const;  // keys, from the tenancy's report

  // Ids, or names of objects, of what is there now.
  std::vector<std::string> held(std::string_view kind) const;

  // Time passes until every list shows what is there.
  void let_lists_catch_up();

  // The same tenancy, from here on with other options.
  void reopen(const adapters::sim::TenancyOptions& options);

  adapters::sim::Tenancy& tenancy() { return *tenancy_; }
  MemoryEventStore& store() { return *store_; }
  void replace_store(std::unique_ptr<MemoryEventStore> store) { store_ = std::move(store); }

 private:
  adapters::sim::MemoryStore kept_;
  std::unique_ptr<adapters::sim::Tenancy> tenancy_;
  std::unique_ptr<MemoryEventStore> store_;
};

// Those of a run that approves whatever waits for approval.
workflow::RunOptions approving();

adapters::sim::ScriptedFault fault_at(adapters::sim::Fault fault, const std::string& method,
                                      const std::string& path, const std::string& region = {});

// A plan of `count` sample migrations, "web-1" and on.
workflow::Plan plan_of(unsigned count);

// Checks that the tenancy made one image, copy, imported image and instance a migration.
void check_each_made_once(const Rehearsal& rehearsal, std::size_t migrations);

}  // namespace migledger::testing
