#include "workflow/run/start_queue.h"

#include "ledger/base/planted.h"

namespace migledger::workflow {

void StartQueue::add(const PlannedMigration& planned,
                     const std::function<bool(const std::string&)>& is_done) {
  const std::size_t index = entries_.size();
  Entry entry{&planned, 0};
  for (const auto& name : planned.depends_on) {
    dependents_[name].push_back(index);
    if (!is_done(name) && !ledger::planted(ledger::PlantedBug::ignore_dependencies)) ++entry.unmet;
  }
  if (entry.unmet == 0) ready_.insert(index);
  entries_.push_back(entry);
  ++size_;
}

void StartQueue::done(std::string_view name) {
  const auto found = dependents_.find(name);
  if (found == dependents_.end()) return;
  for (const std::size_t index : found->second) {
    Entry& entry = entries_[index];
    if (entry.unmet > 0 && --entry.unmet == 0 && entry.planned) ready_.insert(index);
  }
}

void StartQueue::undone(std::string_view name) {
  const auto found = dependents_.find(name);
  if (found == dependents_.end()) return;
  for (const std::size_t index : found->second) {
    ++entries_[index].unmet;
    ready_.erase(index);
  }
}

const PlannedMigration* StartQueue::take() {
  if (ready_.empty()) return nullptr;
  const std::size_t index = *ready_.begin();
  ready_.erase(ready_.begin());
  --size_;
  return std::exchange(entries_[index].planned, nullptr);
}

std::vector<const PlannedMigration*> StartQueue::left() const {
  std::vector<const PlannedMigration*> all;
  for (const auto& entry : entries_)
    if (entry.planned) all.push_back(entry.planned);
  return all;
}

}  // namespace migledger::workflow
