// What a comparison of the ledger with the cloud found, as people and programs are told it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/base/exit_status.h"
#include "cli/base/terminal.h"
#include "workflow/reconcile/reconcile.h"

namespace migledger::cli {

// A finding, and what came of the wish to record it.
struct SaidFinding {
  workflow::Finding finding;
  ledger::Position recorded = 0;  // the event; 0: none
  std::string not_recorded;       // why

  bool is_settled() const {
    return finding.verdict == workflow::Finding::Verdict::known || recorded != 0;
  }
};

// done when all is settled, waits_for_person, or cloud_unreachable when nothing else is wrong.
ExitStatus exit_of(const std::vector<SaidFinding>& all, bool unreachable);

// A line a finding, what to do, and a summary.
void print_comparison(const std::vector<SaidFinding>& all, const Terminal& terminal,
                      std::ostream& out);

// The object that run/reconcile.h describes, without a line end.
std::string findings_json(const std::vector<SaidFinding>& all, bool simulated,
                          const std::string& ledger_id);

}  // namespace migledger::cli
