#include "cli/arguments/all_that_take.h"

#include <fmt/format.h>

#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/fold/recorded_state.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

std::vector<std::string> all_that_take(workflow::Verb verb, const std::string& ledger) {
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(ledger, report);
  std::vector<std::string> names;
  const auto loaded = ledger::load_fleet(*store, ledger::SnapshotStore(ledger));
  for (const auto& row : loaded.fleet.rows()) {
    if (!workflow::could_take(verb, row)) continue;
    const auto state = ledger::recorded_state(*store, row.stream);
    if (workflow::refusal_of(verb, workflow::stage_of(state), workflow::stop_of(state)).empty())
      names.push_back(state.name);
  }
  if (names.empty())
    throw UsageError(fmt::format("no migration of {} can {} as it stands", printable(ledger),
                                 workflow::name_of(verb)));
  return names;
}

std::vector<std::string> names_or_all(workflow::Verb verb, const std::vector<std::string>& names,
                                      bool all, bool whole, const std::string& ledger) {
  if (all && !names.empty())
    throw UsageError("--all and the name of a migration exclude each other");
  if (all) return all_that_take(verb, ledger);
  if (names.empty() && !whole)
    throw UsageError(fmt::format("{} is for one or more migrations: name them, or give --all",
                                 workflow::name_of(verb)));
  return names;
}

}  // namespace migledger::cli
