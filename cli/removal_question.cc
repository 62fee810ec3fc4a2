#include "cli/removal_question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "cli/moment.h"
#include "cli/names.h"
#include "cli/printable.h"
#include "ledger/event.h"
#include "ledger/terms.h"

namespace migledger::cli {

namespace {

using Body = ledger::schema::Event::Body;

constexpr std::size_t kMostNamed = 10;

}  // namespace

std::vector<std::string> dependents_of(const ledger::EventStore& store,
                                       std::string_view migration) {
  struct Known {
    ledger::StreamId stream;
    std::string name;
    bool depends;
  };
  std::vector<Known> known;
  const auto has = [&](capnp::List<capnp::Text>::Reader names) {
    for (const auto name : names)
      if (ledger::view(name) == migration) return true;
    return false;
  };
  const std::vector<ledger::Term> plans = {ledger::Term::type(Body::MIGRATION_STARTED),
                                           ledger::Term::type(Body::PLAN_CHANGED)};
  for (const auto cursor = store.find(plans, 1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isMigrationStarted()) {
      const auto started = body.getMigrationStarted();
      known.push_back({event.getPosition(), std::string(ledger::view(started.getName())),
                       has(started.getDependsOn())});
    } else if (body.isPlanChanged()) {
      const auto one = std::lower_bound(
          known.begin(), known.end(), event.getStream(),
          [](const Known& before, ledger::StreamId stream) { return before.stream < stream; });
      if (one != known.end() && one->stream == event.getStream())
        one->depends = has(body.getPlanChanged().getDependsOn());
    }
  }
  std::vector<std::string> names;
  for (auto& one : known)
    if (one.depends) names.push_back(std::move(one.name));
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
