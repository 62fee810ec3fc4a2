// The migrations of a plan that have not begun, and which of them may.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workflow/model/plan.h"

namespace migledger::workflow {

// Counts for each migration the dependencies that are not done yet. The cost is linear in the
// number of dependencies, whatever their shape.
class StartQueue {
 public:
  // Adds `planned`, which must outlive the queue, behind those that were added before.
  // `is_done` is asked once for each of its dependencies.
  void add(const PlannedMigration& planned, const std::function<bool(const std::string&)>& is_done);

  // The migration of that name is done; or is done no longer, because it was rolled back.
  void done(std::string_view name);
  void undone(std::string_view name);

  // Takes out the first one, in the order of the plan, whose dependencies are all done. Null: there
  // is none.
  const PlannedMigration* take();

  // How many are left.
  std::size_t size() const { return size_; }

  // Those that are left, in the order of the plan.
  std::vector<const PlannedMigration*> left() const;

 private:
  struct Entry {
    const PlannedMigration* planned = nullptr;  // null: taken out
    std::size_t unmet = 0;
  };
  std::vector<Entry> entries_;  // in the order of the plan
  std::size_t size_ = 0;
  std::set<std::size_t> ready_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> dependents_;
};

}  // namespace migledger::workflow
