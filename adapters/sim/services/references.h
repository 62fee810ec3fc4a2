// Things that requests name and that the tenancy keeps no rows of: network security groups,
// reservations, dedicated hosts and their like, which are there because a configuration named them;
// and keys, of which every region has all that its vaults could hold.
#pragma once

#include <string>
#include <string_view>

#include "adapters/sim/services/call.h"

namespace migledger::adapters::sim {

// Whether something with that OCID can be in the region: it is of one of the kinds ("instance",
// "volume|bootvolume"), of the region's realm, and names the region.
bool can_be_in(const std::string& id, std::string_view kinds, std::string_view region);

// Puts it there if it can be there. `beside` is where it lies more closely: the availability domain
// of a reservation or host.
void provision_reference(World& world, const std::string& id, std::string_view kinds,
                         const std::string& region, const std::string& beside = {});

// 404 NotAuthorizedOrNotFound unless the region of the call has it. An empty id names nothing.
void check_reference(const Call& call, const std::string& id, std::string_view kinds);

// 404 NotAuthorizedOrNotFound unless the key can be one of the region. An empty id names nothing.
void check_key(const std::string& id, std::string_view region);

// Where it lies more closely; empty: not known.
std::string lies_beside(const Call& call, const std::string& id);

}  // namespace migledger::adapters::sim
