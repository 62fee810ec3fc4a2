// Promise 4, for projections that are saved: a snapshot equals the fold up to its position, and a
// summary that goes on from it equals one folded from the start.
#include <fmt/format.h>

#include "cli/simulation/promises/ledger_watch.h"

namespace migledger::simulation {

using ledger::FleetSummary;

void SavedSummaries::save(const ledger::EventStore& store) {
  FleetSummary fleet;
  for (const auto cursor = store.scan(1); cursor->next();) fleet.apply(cursor->event());
  saved_[fleet.position()] = fleet.save();
  if (saved_.size() > 3) saved_.erase(saved_.begin());
}

void SavedSummaries::compare(const ledger::EventStore& store) const {
  if (saved_.empty()) return;
  FleetSummary whole;
  std::vector<FleetSummary> going_on;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    whole.apply(event);
    for (auto& fleet : going_on) fleet.apply(event);
    const auto saved = saved_.find(event.getPosition());
    if (saved == saved_.end()) continue;
    judged(Rule::snapshot_is_fold);
    auto loaded = FleetSummary::load(saved->second);
    if (!loaded || !(*loaded == whole))
      throw Violation(Rule::snapshot_is_fold,
                      fmt::format("the snapshot at {} is {}", event.getPosition(),
                                  loaded ? "not the fold" : "not readable"));
    going_on.push_back(std::move(*loaded));
  }
  for (const auto& fleet : going_on)
    if (!(fleet == whole))
      throw Violation(Rule::snapshot_is_fold,
                      "a summary that goes on from a snapshot is not the fold");
}

void SavedSummaries::put_back(ledger::Position head) {
  saved_.erase(saved_.upper_bound(head), saved_.end());
}

}  // namespace migledger::simulation
