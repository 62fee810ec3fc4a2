// The executor: one event loop that holds many migrations at once. It takes every next action
// from decide() over the fold of the log; it appends intents before it sends, and outcomes before
// anything acts on them. Appends that are ready together share one sync.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "workflow/cloud/cloud.h"
#include "workflow/model/actor.h"
#include "workflow/model/approval.h"
#include "workflow/model/plan.h"
#include "workflow/model/step.h"
#include "workflow/run/steering.h"

namespace migledger::workflow {

struct RunOptions {
  Actor actor;
  std::size_t parallel = 10;  // migrations under way at once
  Approvals approvals;        // what is approved with it
  // Records plans that differ from what the ledger has. Without it such a plan is an error; see
  // plan_guard.h for whether it can be taken.
  bool accept_plan_change = false;
  Duration quiesce_patience = std::chrono::minutes(3);
  // Keeps bulk evidence beside the log and returns its SHA-256 digest (32 bytes); null: none kept.
  std::function<std::string(std::string_view)> keep_evidence;
  // Makes what was kept durable: called before an event that names it is appended. Null: it is.
  std::function<void()> sync_evidence;
  // What people ask for meanwhile; null: nothing. Whoever has an order calls Executor::wake().
  OrderSource* orders = nullptr;
  // What the run is for: carried out before anything else. When it is refused, nothing is done.
  std::optional<Order> order;
  // Words for the debug log; never secrets. Null: none.
  std::function<void(std::string_view)> debug;
};

// What is going on, for who watches. `state` is valid during the call.
class Observer {
 public:
  virtual ~Observer() = default;
  // After an event is durable and applied.
  virtual void appended(const MigrationState& state, ledger::schema::Event::Reader event) = 0;
  // Before waiting; `now` is the clock's. Returns when to be called again at the latest.
  virtual Time waiting(Time now) = 0;
};

// A migration of the plan that could not be begun, and why: "it waits for db-1, which failed".
struct NotStarted {
  std::string name;
  std::string why;
};

struct RunResult {
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t parked = 0;               // wait for a person
  std::size_t undone = 0;               // cancelled or rolled back
  std::vector<NotStarted> not_started;  // wait for a migration that did not get done
  bool interrupted = false;
  std::string credentials_error;  // not empty: the cloud does not accept them
  std::string unreachable;        // not empty: no call gets through, and why
  std::string refused;            // not empty: RunOptions::order was, and why; nothing was done
};

// The exit code of a run that ended so (README.md, "Exit codes"), and the same in words.
int exit_code(const RunResult& result);
std::string words(const RunResult& result);

class Executor {
 public:
  // All references must outlive the executor. `store` holds at least ledgerCreated.
  Executor(ledger::EventStore& store, Cloud& cloud, Clock& clock, const Workflow& workflow,
           RunOptions options, Observer* observer = nullptr);
  ~Executor();

  // Runs the plan's migrations to their end: those of the ledger are resumed, the others started.
  // Throws LedgerError when the ledger cannot be written; everything acknowledged is kept.
  RunResult run(const Plan& plan);

  // Asks for an end: calls under way are waited for and recorded, nothing new is begun. A second
  // call ends at once. Callable from a signal handler.
  void stop();

  // Has the orders that have come looked at soon. Callable from any thread.
  void wake();

  // The states of all migrations of the plan, for who watches.
  void for_each(const std::function<void(const MigrationState&)>& visit) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace migledger::workflow
