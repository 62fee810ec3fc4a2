// A story: what is done to a plan, in one or more commands of the program, of which the last is
// killed at one point after the other (kill_points.cc), started again, and judged by the tenancy.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/program_run.h"

namespace migledger::testing {

struct Story {
  boost::json::object plan;
  std::vector<std::vector<std::string>> before;  // commands that lead up to it, never killed
  std::vector<std::string> command;              // what is killed
  // Kinds of what may be made anew, because what it consists of cannot be kept.
  std::vector<std::string> renewable;
  bool is_reconciled = true;  // reconcile knows what its workflow makes
  // The tenancy is another process, behind HTTP; migledger reaches it through a stand-in for oci.
  bool over_http = false;
};

// Tells the story undisturbed, then once for each point tried: one in eleven, of which the first
// moves on with each commit (MIGLEDGER_ROTATION), so that eleven commits try them all;
// MIGLEDGER_KILL_EVERY=1 tries all at once. Prints which under `name`. Fails the test unless each
// time the command started again ends as the undisturbed one did: the tenancy made the same things,
// none twice, and holds the same; the history is sound, and reconcile knows all there is.
void kill_along(const std::string& name, const Story& story);

}  // namespace migledger::testing
