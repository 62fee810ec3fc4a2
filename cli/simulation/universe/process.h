// A process of a simulated universe: what a run sees of cloud, clock and people, and how it ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "cli/simulation/universe/network.h"
#include "cli/simulation/universe/simulated_ledger.h"
#include "workflow/run/executor.h"
#include "workflow/run/steering.h"

namespace migledger::simulation {

// How a run is ended from outside, if it is: by what, and at which occasion of that, from 1.
struct Ending {
  enum class Kind {
    none,
    killed_waiting,
    killed_appending,  // before, within or after: drawn
    killed_sending,    // before or after
    interrupted,
    interrupted_twice,
    disk_fails,
    disk_full,
  };
  Kind kind = Kind::none;
  std::uint64_t at = 0;
};

// What happens to a process between its steps.
struct Surroundings {
  Network& network;
  Trace& trace;
  Duration& skew;                                     // of the machine's clock
  std::function<void(std::uint64_t wait)> meanwhile;  // before each wait, from 1
  std::function<std::vector<workflow::Order>()> orders;
  std::uint64_t most_calls = 0;  // then it is killed; 0: there is no limit
};

class Process final : public workflow::Cloud,
                      public workflow::Clock,
                      public workflow::Observer,
                      public workflow::OrderSource {
 public:
  Process(ProcessId id, SimulatedLedger& ledger, Surroundings surroundings, Ending ending,
          adapters::sim::Dice dice, std::size_t parallel, std::string tenancy);

  // Its way to the cloud has another name than that of most.
  void take_other_transport() { transport_ = "other"; }

  // What is to be opened, and told of stops.
  void before_append();
  void runs(workflow::Executor* executor, const ledger::EventStore* store) {
    executor_ = executor;
    store_ = store;
  }

  Time now() override { return around_.network.now() + around_.skew; }
  Duration elapsed() override { return around_.network.now().time_since_epoch(); }
  workflow::CloudIdentity identity() const override;
  std::size_t capacity() const override;
  void start(workflow::CallId call, workflow::Request request) override;
  std::optional<workflow::Completion> next(Time deadline) override;
  void interrupt() override { interrupted_ = true; }
  std::string quiesce(Duration patience) override;
  void abandon() override { around_.network.lose(id_); }

  void appended(const ledger::MigrationState& state, ledger::schema::Event::Reader event) override;
  Time waiting(Time now) override { return now + std::chrono::hours(1); }

  std::vector<workflow::Order> take() override;
  void answer(const workflow::Order& order, const workflow::OrderAnswer& answer) override;

  bool was_refused() const { return refused_; }            // its credentials
  bool waited_in_vain() const { return waited_in_vain_; }  // quiesce() gave up
  std::uint64_t calls() const { return calls_; }

 private:
  bool is_due(Ending::Kind kind, std::uint64_t count) const {
    return ending_.kind == kind && ending_.at == count;
  }
  [[noreturn]] void die(std::string_view how);

  const ProcessId id_;
  SimulatedLedger& ledger_;
  const Surroundings around_;
  const Ending ending_;
  adapters::sim::Dice dice_;
  const std::size_t parallel_;
  const std::string tenancy_;
  std::string transport_ = "sim";
  workflow::Executor* executor_ = nullptr;
  const ledger::EventStore* store_ = nullptr;
  std::unordered_map<workflow::CallId, workflow::Request> sent_;  // that change something
  bool interrupted_ = false;
  bool waited_in_vain_ = false;
  bool refused_ = false;
  std::uint64_t appends_ = 0, waits_ = 0, sends_ = 0, calls_ = 0, events_ = 0, turns_ = 0;
};

}  // namespace migledger::simulation
