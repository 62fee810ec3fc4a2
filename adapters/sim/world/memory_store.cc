#include "adapters/sim/world/state_store.h"

namespace migledger::adapters::sim {

void MemoryStore::load(const std::function<void(std::string_view, std::string_view)>& row) {
  for (const auto& [key, value] : rows_) row(key, value);
}

void MemoryStore::write(const std::vector<Change>& changes) {
  for (const auto& [key, value] : changes) {
    if (value) {
      rows_[key] = *value;
    } else {
      rows_.erase(key);
    }
  }
}

}  // namespace migledger::adapters::sim
