#include "cli/steer/removal_question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <istream>
#include <map>
#include <ostream>

#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "ledger/base/printable.h"
#include "ledger/event/event.h"
#include "ledger/fold/recorded_plans.h"

namespace migledger::cli {

namespace {

constexpr std::size_t kMostNamed = 10;

}  // namespace

std::vector<std::string> dependents_of(const ledger::EventStore& store,
                                       std::string_view migration) {
  std::map<ledger::StreamId, std::string> dependents;
  ledger::for_each_plan(store, store.head().position, [&](const ledger::RecordedPlan& recorded) {
    dependents.erase(recorded.stream);
    for (const auto other : recorded.depends_on)
      if (ledger::view(other) == migration) dependents[recorded.stream] = recorded.migration;
  });
  std::vector<std::string> names;
  for (auto& [stream, name] : dependents) names.push_back(std::move(name));
  return names;
}

void print_at_stake(const ledger::EventStore& store, const ledger::MigrationState& state, Time now,
                    std::ostream& out) {
  auto dependents = dependents_of(store, state.name);
  if (const auto count = dependents.size(); count != 0) {
    const std::string more =
        count > kMostNamed ? fmt::format(" and {} more", count - kMostNamed) : std::string();
    dependents.resize(std::min(count, kMostNamed));
    out << fmt::format("  {} depend{} on it, and stay{}: {}{}\n",
                       count == 1 ? "1 migration" : fmt::format("{} migrations", count),
                       count == 1 ? "s" : "", count == 1 ? "s" : "",
                       printable(fmt::format("{}", fmt::join(dependents, ", ")), 1000), more);
  }
  if (state.done_at == Time{}) return;
  out << fmt::format(
      "  It was done {} ago, at {}: what was written since to what it made is lost with it.\n",
      format_duration(std::max(now - state.done_at, Duration::zero())),
      format_local(state.done_at));
}

bool confirmed(const std::string& migration, const Terminal& terminal, std::istream& in,
               std::ostream& out) {
  if (!terminal.is_terminal || isatty(STDIN_FILENO) == 0) return false;
  out << fmt::format("Type {} to remove all this: ", printable(migration, 63)) << std::flush;
  std::string answer;
  return std::getline(in, answer) && answer == migration;
}

}  // namespace migledger::cli
