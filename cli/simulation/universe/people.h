// The people of a simulated universe: what they ask for, and what others do in the tenancy.
#pragma once

#include <string>
#include <vector>

#include "adapters/sim/tenancy.h"
#include "cli/simulation/promises/cloud_invariants.h"
#include "cli/simulation/universe/chaos.h"
#include "cli/simulation/universe/network.h"
#include "workflow/model/plan.h"
#include "workflow/run/steering.h"

namespace migledger::simulation {

class People {
 public:
  People(const ChaosPlan& chaos, std::uint64_t seed, adapters::sim::Tenancy& tenancy);

  // What they ask for at this moment, mostly nothing; `often` scales how much.
  std::vector<workflow::Order> ask(const workflow::Plan& plan, double often);
  workflow::Order order(workflow::Verb verb, std::string migration);

  // Somebody makes something that looks like what a migration of the plan makes.
  void make_look_alike(const workflow::Plan& plan, Network& network, CloudInvariants& invariants,
                       Trace& trace);

 private:
  workflow::Order draw_order(const workflow::Plan& plan);

  const ChaosPlan& chaos_;
  adapters::sim::Dice dice_;
  adapters::sim::Dice repeats_;
  adapters::sim::Tenancy& tenancy_;
  std::uint64_t orders_ = 0;
};

}  // namespace migledger::simulation
