// The proof tested: plants bugs, one at a time, and says after how many seeds the simulation finds
// each of them, by which invariant.
//
//   planted_bugs [--jobs N] [BUG…]     all of them, or those named, N at once; exits with 1 when
//                                      one is not found
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/simulation/universe/simulation.h"
#include "ledger/base/planted.h"
#include "tests/support/temp_directory.h"

namespace migledger::testing {

namespace {

using ledger::PlantedBug;

struct Plant {
  PlantedBug bug;
  std::string_view name;
  std::string_view breaks;
};

constexpr Plant kPlants[] = {
    {PlantedBug::skip_sync, "skip_sync", "an append is acknowledged without a sync"},
    {PlantedBug::drop_last_of_batch, "drop_last_of_batch",
     "the last event of a batch is acknowledged and not stored"},
    {PlantedBug::unknown_as_success, "unknown_as_success",
     "an event of an unknown kind is folded as a success"},
    {PlantedBug::forget_hold, "forget_hold",
     "a saved summary leaves out that everything is paused"},
    {PlantedBug::send_before_intent, "send_before_intent",
     "a request leaves before its intent is durable"},
    {PlantedBug::outcome_before_effect, "outcome_before_effect",
     "a success is recorded when a request is sent, not when it is answered"},
    {PlantedBug::rebuild_request, "rebuild_request",
     "what is sent again is built anew from today's plan, under the same key"},
    {PlantedBug::ignore_dependencies, "ignore_dependencies",
     "a migration begins before those that it depends on are done"},
    {PlantedBug::ignore_pause, "ignore_pause", "what is paused goes on"},
    {PlantedBug::approve_itself, "approve_itself", "what a person must approve is done without"},
    {PlantedBug::no_first_look, "no_first_look",
     "nothing is looked for before it is made for the first time"},
    {PlantedBug::forget_open_intent, "forget_open_intent",
     "what an earlier run sent and never heard of counts as never sent"},
    {PlantedBug::forget_doubt, "forget_doubt",
     "an earlier sending of the same request is forgotten"},
    {PlantedBug::one_absent_is_proof, "one_absent_is_proof",
     "one look without it proves that nothing was made"},
    {PlantedBug::no_settle_window, "no_settle_window",
     "such looks count however soon after the sending"},
    {PlantedBug::retry_fatal, "retry_fatal", "what will never succeed is sent again and again"},
    {PlantedBug::gone_work_is_failure, "gone_work_is_failure",
     "a work request that is not kept any more counts as failed"},
    {PlantedBug::forget_restoring, "forget_restoring",
     "a ledger that was put back is acted on as if it were not"},
    {PlantedBug::adopt_foreign, "adopt_foreign", "whatever bears the right name is adopted"},
    {PlantedBug::ignore_claim, "ignore_claim",
     "a source that another ledger has claimed is moved all the same"},
    {PlantedBug::leave_others, "leave_others",
     "undoing removes what the ledger names, and leaves what else it made"},
    {PlantedBug::secret_in_facts, "secret_in_facts",
     "the URL of a pre-authenticated request is recorded as it is"},
};
static_assert(std::size(kPlants) + 1 == ledger::kPlantedBugs);

// Every seed runs in CI without a bug, too, and holds (cli/simulation).
constexpr std::uint64_t kMostSeeds = 10'000;

// Looks for one bug, in a process of its own; what it found is left in `file`: the first seed that
// finds it, 0 when none does, and the invariant. A seed that breaks a promise without the bug, too,
// proves nothing, and ends the search.
int look_for(const Plant& plant, const std::filesystem::path& scratch,
             const std::filesystem::path& file) {
  std::filesystem::create_directory(scratch);
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    simulation::SimulationOptions options;
    options.seed = seed;
    options.scratch = scratch.string();
    ledger::planted_bug = plant.bug;
    const auto found = simulation::simulate(options);
    if (found.ok) continue;
    ledger::planted_bug = PlantedBug::none;
    const auto healthy = simulation::simulate(options);
    if (!healthy.ok)
      throw std::runtime_error(fmt::format("seed {} breaks {} without a bug: {}", seed,
                                           healthy.invariant, healthy.seen));
    std::ofstream(file) << seed << " " << found.invariant;
    return 0;
  }
  std::ofstream(file) << "0 -";
  return 0;
}

// What look_for() left of each, in the order of `plants`; looks for `jobs` of them at once.
class Search {
 public:
  Search(std::vector<Plant> plants, unsigned jobs) : plants_(std::move(plants)), jobs_(jobs) {}

  unsigned run() {
    fmt::print("{:<22} {:<72} {:<24} {}\n", "planted", "what is broken", "found by", "after seeds");
    std::size_t next = 0;
    while (next < plants_.size() || !running_.empty()) {
      if (next < plants_.size() && running_.size() < jobs_) {
        begin(next++);
      } else {
        wait();
        tell();
      }
    }
    return missed_;
  }

 private:
  std::filesystem::path file_of(std::size_t index) const {
    return scratch_.path() / std::string(plants_[index].name);
  }

  void begin(std::size_t index) {
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot fork");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      int status = 2;
      try {
        status = look_for(plants_[index], file_of(index).string() + ".scratch", file_of(index));
      } catch (const std::exception& e) {
        fmt::print(stderr, "planted_bugs: {}: {}\n", plants_[index].name, e.what());
      }
      ::_exit(status);
    }
    running_[pid] = index;
  }

  void wait() {
    const auto ended = running_.find(::waitpid(-1, nullptr, 0));
    if (ended == running_.end()) return;
    ended_[ended->second] = true;
    running_.erase(ended);
  }

  // Tells of those that have ended, in order.
  void tell() {
    for (; told_ < plants_.size() && ended_[told_]; ++told_) {
      std::uint64_t seed = 0;  // also when its process left nothing
      std::string invariant;
      std::ifstream(file_of(told_)) >> seed >> invariant;
      missed_ += seed == 0;
      fmt::print("{:<22} {:<72} {:<24} {}\n", plants_[told_].name, plants_[told_].breaks,
                 seed == 0 ? "-" : invariant, seed == 0 ? "never" : std::to_string(seed));
      std::fflush(stdout);
    }
  }

  const std::vector<Plant> plants_;
  const unsigned jobs_;
  const test::TempDirectory scratch_;
  std::map<pid_t, std::size_t> running_;
  std::vector<bool> ended_ = std::vector<bool>(plants_.size());
  std::size_t told_ = 0;
  unsigned missed_ = 0;
};

int run(const std::vector<std::string_view>& arguments) {
  unsigned jobs = 1;
  std::vector<Plant> plants;
  for (auto it = arguments.begin(); it != arguments.end(); ++it) {
    if (*it == "--jobs" && it + 1 != arguments.end()) {
      ++it;
      std::from_chars(it->data(), it->data() + it->size(), jobs);
      continue;
    }
    const auto plant = std::find_if(std::begin(kPlants), std::end(kPlants),
                                    [&](const Plant& known) { return known.name == *it; });
    if (plant == std::end(kPlants)) {
      fmt::print(stderr, "planted_bugs: there is no bug {}\n", *it);
      return 2;
    }
    plants.push_back(*plant);
  }
  if (plants.empty()) plants.assign(std::begin(kPlants), std::end(kPlants));
  const std::size_t asked = plants.size();
  const unsigned missed = Search(std::move(plants), std::max(1U, jobs)).run();
  fmt::print("{} of {} planted bugs found within {} seeds each\n", asked - missed, asked,
             kMostSeeds);
  return missed == 0 ? 0 : 1;
}

}  // namespace

}  // namespace migledger::testing

int main(int argc, char** argv) { return migledger::testing::run({argv + 1, argv + argc}); }
