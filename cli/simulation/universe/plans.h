// The plans that a simulated universe moves: one of each workflow, in its variants.
#pragma once

#include <string>

#include "cli/simulation/universe/chaos.h"
#include "workflow/model/plan.h"

namespace migledger::simulation {

// What every secret of a plan begins with, so that it can be found wherever it should not be.
inline constexpr std::string_view kSecretMark = "c2VjcmV0LW9mLXRoZS1zaW11bGF0aW9u";

struct DrawnPlan {
  workflow::Plan plan;
  unsigned parallel = 10;
  int data_volumes = 0;
  unsigned bucket_objects = 6;
  unsigned archived_objects = 0;  // of them; they cannot be read, and so not be moved
};

// `workflow` empty and `migrations` 0: drawn, too. Most plans are small: 1 to 4 migrations.
DrawnPlan draw_plan(std::uint64_t seed, std::string workflow, unsigned migrations);

// A change of a plan such as people make: of one field of one migration. Empty: none was found.
std::string change_plan(workflow::Plan& plan, adapters::sim::Dice& dice);

}  // namespace migledger::simulation
