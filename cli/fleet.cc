#include "cli/fleet.h"

#include <fmt/format.h>

#include "adapters/config/nearest.h"
#include "cli/printable.h"
#include "cli/usage_error.h"

namespace migledger::cli {

ledger::FleetSummary load_fleet(const ledger::EventStore& store, ledger::Position until,
                                const FleetStart& start) {
  ledger::FleetSummary fleet;
  if (start)
    if (auto from = start(until); from && from->position() <= until) fleet = std::move(*from);
  if (fleet.position() == until) return fleet;
  const auto cursor = store.scan(fleet.position() + 1, until);
  while (cursor->next()) fleet.apply(cursor->event());
  return fleet;
}

ledger::StreamId find_migration(const ledger::EventStore& store, std::string_view name,
                                const FleetStart& start) {
  if (const auto stream = store.find_stream(name)) return *stream;
  const auto fleet = load_fleet(store, store.head().position, start);
  std::vector<std::string_view> names;
  for (const auto& row : fleet.rows()) names.push_back(row.name);
  const auto near = adapters::nearest(name, names);
  std::string hint = near.empty() ? "; \"migledger status\" lists those there are"
                                  : fmt::format("; did you mean \"{}\"?", printable(near, 60));
  if (names.empty()) hint = "; it holds no migration yet";
  throw UsageError(fmt::format("the ledger has no migration \"{}\"{}", printable(name, 60), hint));
}

}  // namespace migledger::cli
