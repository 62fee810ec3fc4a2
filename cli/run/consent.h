// What --yes says: what may be done without a further question.
#pragma once

#include <string>
#include <vector>

#include "workflow/model/approval.h"

namespace CLI {
class App;
}

namespace migledger::cli {

struct Consent {
  workflow::Approvals approvals;   // of steps that ask for one
  bool removal = false;            // of what a rollback or a clean-up lists
  std::vector<std::string> words;  // as typed; "true" for a bare --yes

  bool given() const { return !words.empty(); }
};

// --yes, or --yes=KIND[,KIND…] of downtime, cutover, removal and termination. A bare --yes is for
// downtime, removal, and what waited for approval when the run began, the end of a source excepted.
// An unknown kind is an error of the command line.
void add_consent(CLI::App* command, Consent& consent, const std::string& description);

// What is wrong with "--yes=" among the arguments, as an unset variable leaves it: the parser takes
// it for a bare --yes. Empty: nothing.
std::string words_of_empty_consent(const std::vector<std::string>& arguments);

}  // namespace migledger::cli
