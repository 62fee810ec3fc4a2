// Capacity reservations, dedicated hosts and compute clusters: they stand because a configuration
// named them.
#include <boost/json.hpp>

#include "adapters/sim/services/handlers.h"
#include "adapters/sim/services/references.h"

namespace migledger::adapters::sim {

std::string_view placement_kind(std::string_view collection) {
  if (collection == "computeCapacityReservations") return "capacityreservation";
  if (collection == "dedicatedVmHosts") return "dedicatedvmhost";
  if (collection == "computeClusters") return "computecluster";
  return {};
}

Answer handle_placement(Call& call) {
  if (call.request.method != "GET" || call.path.size() != 3) no_such_operation(call);
  const std::string_view kind = placement_kind(call.path[1]);
  const std::string& id = call.path[2];
  check_reference(call, id, kind);
  Answer a = answer(200, {{"id", id},
                          {"compartmentId", call.world.tenancy_id()},
                          {"availabilityDomain", lies_beside(call, id)},
                          {"displayName", kind},
                          {"lifecycleState", "ACTIVE"},
                          {"timeCreated", "2024-01-01T00:00:00.000Z"}});
  a.headers.emplace_back("etag", etag_of(id, 1));
  return a;
}

}  // namespace migledger::adapters::sim
