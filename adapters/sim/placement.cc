// Capacity reservations and dedicated hosts: they stand because a configuration named them.
#include <boost/json.hpp>

#include "adapters/sim/handlers.h"
#include "adapters/sim/references.h"

namespace migledger::adapters::sim {

Answer handle_placement(Call& call) {
  if (call.request.method != "GET" || call.path.size() != 3) no_such_operation(call);
  const bool reservation = call.path[1] == "computeCapacityReservations";
  const std::string& id = call.path[2];
  check_reference(call, id, reservation ? "capacityreservation" : "dedicatedvmhost");
  Answer a = answer(200, {{"id", id},
                          {"compartmentId", call.world.tenancy_id()},
                          {"availabilityDomain", lies_beside(call, id)},
                          {"displayName", reservation ? "reservation" : "host"},
                          {"lifecycleState", "ACTIVE"},
                          {"timeCreated", "2024-01-01T00:00:00.000Z"}});
  a.headers.emplace_back("etag", etag_of(id, 1));
  return a;
}

}  // namespace migledger::adapters::sim
