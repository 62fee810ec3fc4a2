// Plans of the volume workflow for tests.
#pragma once

#include <string>

#include "workflow/model/plan.h"

namespace migledger::testing {

// A migration of a volume as the configuration resolves it: everything filled in. `type` is that of
// an OCID: "volume", "bootvolume", "volumegroup". `n` makes the source's OCID unique.
workflow::PlannedMigration sample_volume(const std::string& name,
                                         const std::string& type = "volume", unsigned n = 1);

// A plan of `count` of them, "data-1" and on.
workflow::Plan volume_plan(unsigned count, const std::string& type = "volume");

}  // namespace migledger::testing
