// TrafficWatch: the port through which promises see what goes to the tenancy.
#pragma once

#include "workflow/cloud/request.h"

namespace migledger::simulation {

// Sees every request that is on its way to the tenancy, and what came of it.
class TrafficWatch {
 public:
  virtual ~TrafficWatch() = default;
  // A child is started with it, which may never send it.
  virtual void starts(const workflow::Request& request) = 0;
  // `doubled`: it is a copy that the network made of a request that has arrived before.
  virtual void after(const workflow::Request& request, const workflow::Reply& reply,
                     bool doubled) = 0;
};

}  // namespace migledger::simulation
