// doctor: what would keep a migration from working, found by reading only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/cloud/cloud.h"
#include "workflow/model/plan.h"

namespace migledger::workflow {

struct Diagnosis {
  enum class Verdict {
    good,
    warning,  // may keep it from working, or could not be seen
    bad,      // will keep it from working
  };
  Verdict verdict = Verdict::good;
  std::string what;  // "source bucket migration-staging in us-ashburn-1"
  std::string seen;  // what was found
  std::string fix;   // what to do; empty when good
};
std::string_view name_of(Diagnosis::Verdict verdict);

// How far a migration of the plan is: of what it has changed itself, nothing stands in its way.
enum class Progress { not_begun, under_way, over };
using ProgressOf = std::function<Progress(std::string_view migration)>;

// Reads what the plan's migrations need, each thing once, in the order in which it should be
// mended: reachability, credentials and clock, regions, permissions, sources, buckets, targets,
// service policy, limits and capacity. Stops after the credentials when they are refused: nothing
// behind them can be seen. Of each migration that has not begun, the checks that it begins with are
// made, too. Sends nothing that changes anything. `ledger_id`: empty, there is no ledger yet.
std::vector<Diagnosis> diagnose(const Plan& plan, Cloud& cloud, Clock& clock,
                                const ProgressOf& progress = {}, std::string_view ledger_id = {});

}  // namespace migledger::workflow
