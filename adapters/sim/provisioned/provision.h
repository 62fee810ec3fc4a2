// Block storage that is there before a migration begins.
#pragma once

#include <string>

#include "adapters/sim/world/world.h"

namespace migledger::adapters::sim {

// `count` block volumes on an instance, by turns of the two types of attachment.
void provision_data_volumes(World& world, const Instance& instance, int count,
                            std::string_view members);

// The volume, boot volume or group that the OCID names, unless it cannot be in the region or was
// provisioned before; `members` are a JSON object of what it shows in place of what is invented.
void provision_volume(World& world, const std::string& id, const std::string& region,
                      const std::string& compartment, const std::string& name,
                      std::string_view members = {});

}  // namespace migledger::adapters::sim
