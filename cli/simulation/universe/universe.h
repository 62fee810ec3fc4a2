// A simulated universe: one tenancy, one or two ledgers, the processes that run on them one after
// the other or one within the other's waiting, people, and time. Everything follows from the seed.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "cli/simulation/promises/cloud_invariants.h"
#include "cli/simulation/universe/network.h"
#include "cli/simulation/universe/people.h"
#include "cli/simulation/universe/plans.h"
#include "cli/simulation/universe/process.h"
#include "cli/simulation/universe/simulated_ledger.h"
#include "cli/simulation/universe/simulation.h"
#include "workflow/model/step.h"

namespace migledger::simulation {

class Universe {
 public:
  Universe(const SimulationOptions& options, Trace& trace);
  ~Universe();

  // Runs under chaos, then calmly, and asks for everything. Throws Violation.
  void run();
  // What there is to tell so far.
  void tell(SimulationResult& result) const;

 private:
  SimulatedLedger& make_ledger(std::string id, workflow::Plan plan);
  adapters::sim::TenancyOptions tenancy_options() const;

  // --- chaos ---
  void between_runs();
  void put_back(SimulatedLedger& ledger);
  void change_plan(SimulatedLedger& ledger);
  // Takes back what the ledger does not allow of today's plan.
  void agree_on_plan(SimulatedLedger& ledger);
  void steer_between_runs(SimulatedLedger& ledger);
  void take_order(SimulatedLedger& ledger, const workflow::Order& order);
  void write_newer_event(SimulatedLedger& ledger);
  void pause();
  Ending draw_ending();
  std::uint64_t occasion(double most);
  // One run, to whatever end. `limits`: how a run without faults must end.
  void run_once(SimulatedLedger& ledger, bool calm, bool within);
  // What `migledger run` does first of a ledger that was restored. False: the run ends with that.
  bool compares(ledger::EventStore& store, Process& process, SimulatedLedger& ledger, bool calm);
  bool takes_other_transport(bool calm);
  void meanwhile(SimulatedLedger& ledger, std::uint64_t wait);
  void try_second_runner(SimulatedLedger& ledger);

  // --- asking ---
  bool said_dead(const KeyParts& key) const;
  bool clocks_are_right() const;
  bool is_decommissioning(std::string_view source) const;
  void come_to_rest(SimulatedLedger& ledger);
  void help(SimulatedLedger& ledger);
  void ask_ledger(SimulatedLedger& ledger);
  bool is_out_of_sight(SimulatedLedger& ledger, const adapters::sim::Tenancy::Created& made,
                       const KeyParts& key) const;
  void ask_for_lost();

  const SimulationOptions options_;
  Trace& trace_;
  const ChaosPlan chaos_;
  adapters::sim::Dice dice_;
  adapters::sim::Dice transport_dice_;
  unsigned calm_runs_ = 0;
  DrawnPlan drawn_;
  const workflow::Workflow* workflow_;
  unsigned steps_;
  std::unique_ptr<adapters::sim::Tenancy> tenancy_;
  std::unique_ptr<CloudInvariants> invariants_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<People> people_;
  std::vector<std::unique_ptr<SimulatedLedger>> ledgers_;
  // Of these a run stood still while the other ledger was run to its end.
  std::set<const SimulatedLedger*> stood_still_;
  bool on_rocksdb_ = false;
  workflow::Approvals approvals_;
  std::size_t parallel_calls_ = 64;
  Duration skew_{};
  Duration jumped_{};  // how far clocks were ahead, in all
  Time begun_{};
  ProcessId processes_ = 0;
  std::uint64_t runs_ = 0, kills_ = 0;
  std::string debug_;  // what went to the debug log and into evidence
  // Of the run under way: at which waits something else happens.
  std::uint64_t second_ledger_at_ = 0, second_runner_at_ = 0, jump_at_ = 0, others_at_ = 0;
};

}  // namespace migledger::simulation
