#include "cli/render/fleet.h"

#include <fmt/format.h>

#include "cli/base/nearest_word.h"
#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"

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

std::string hint_of_name(const ledger::EventStore& store, std::string_view name,
                         const FleetStart& start) {
  if (name.empty() || store.find_stream(name)) return {};
  const auto fleet = load_fleet(store, store.head().position, start);
  std::vector<std::string> names;
  for (const auto& row : fleet.rows()) names.push_back(row.name);
  return names.empty() ? "; it holds no migration yet" : did_you_mean(name, names);
}

ledger::StreamId find_migration(const ledger::EventStore& store, std::string_view name,
                                const FleetStart& start) {
  if (const auto stream = store.find_stream(name)) return *stream;
  const std::string hint = hint_of_name(store, name, start);
  throw UsageError(
      fmt::format("the ledger has no migration \"{}\"{}", printable(name, 60),
                  hint.empty() ? "; \"migledger status\" lists those there are" : hint));
}

}  // namespace migledger::cli
