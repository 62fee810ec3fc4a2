// The proof tested: plants bugs, one at a time, and says after how many seeds the simulation finds
// each of them, by which invariant.
//
//   planted_bugs [BUG…]     all of them, or those named; exits with 1 when one is not found
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/simulation/simulation.h"
#include "ledger/planted.h"
#include "tests/support/temp_directory.h"

namespace migledger::testing {

namespace {

using ledger::PlantedBug;

struct Plant {
  PlantedBug bug;
  std::string_view name;
};

constexpr Plant kPlants[] = {
    {PlantedBug::skip_sync, "skip_sync"},
    {PlantedBug::drop_last_of_batch, "drop_last_of_batch"},
    {PlantedBug::unknown_as_success, "unknown_as_success"},
    {PlantedBug::forget_hold, "forget_hold"},
    {PlantedBug::send_before_intent, "send_before_intent"},
    {PlantedBug::outcome_before_effect, "outcome_before_effect"},
    {PlantedBug::rebuild_request, "rebuild_request"},
    {PlantedBug::ignore_dependencies, "ignore_dependencies"},
    {PlantedBug::ignore_pause, "ignore_pause"},
    {PlantedBug::approve_itself, "approve_itself"},
    {PlantedBug::no_first_look, "no_first_look"},
    {PlantedBug::forget_open_intent, "forget_open_intent"},
    {PlantedBug::forget_doubt, "forget_doubt"},
    {PlantedBug::one_absent_is_proof, "one_absent_is_proof"},
    {PlantedBug::no_settle_window, "no_settle_window"},
    {PlantedBug::retry_fatal, "retry_fatal"},
    {PlantedBug::gone_work_is_failure, "gone_work_is_failure"},
    {PlantedBug::adopt_foreign, "adopt_foreign"},
    {PlantedBug::ignore_claim, "ignore_claim"},
    {PlantedBug::leave_others, "leave_others"},
    {PlantedBug::secret_in_facts, "secret_in_facts"},
};
static_assert(std::size(kPlants) + 1 == ledger::kPlantedBugs);

// Every seed runs in CI without a bug, too, and holds (cli/simulation).
constexpr std::uint64_t kMostSeeds = 10'000;

// The first seed that finds it; 0: none does.
std::uint64_t find(const Plant& plant, const std::string& scratch,
                   simulation::SimulationResult& result) {
  ledger::planted_bug = plant.bug;
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    simulation::SimulationOptions options;
    options.seed = seed;
    options.scratch = scratch;
    result = simulation::simulate(options);
    if (!result.ok) return seed;
  }
  return 0;
}

int run(const std::vector<std::string_view>& wanted) {
  const test::TempDirectory scratch;
  unsigned asked = 0, missed = 0;
  fmt::print("{:<24} {:>12}  {}\n", "planted", "found after", "by the invariant");
  for (const Plant& plant : kPlants) {
    bool want = wanted.empty();
    for (const auto name : wanted) want = want || name == plant.name;
    if (!want) continue;
    ++asked;
    simulation::SimulationResult result;
    const std::uint64_t seed = find(plant, scratch.path().string(), result);
    missed += seed == 0;
    fmt::print("{:<24} {:>12}  {}\n", plant.name,
               seed == 0 ? std::string("never") : fmt::format("{} seeds", seed),
               seed == 0 ? std::string_view("-") : std::string_view(result.invariant));
    std::fflush(stdout);
  }
  if (asked < wanted.size() || asked == 0) {
    fmt::print(stderr, "planted_bugs: there is no bug of that name\n");
    return 2;
  }
  fmt::print("{} of {} planted bugs found within {} seeds each\n", asked - missed, asked,
             kMostSeeds);
  return missed == 0 ? 0 : 1;
}

}  // namespace

}  // namespace migledger::testing

int main(int argc, char** argv) { return migledger::testing::run({argv + 1, argv + argc}); }
