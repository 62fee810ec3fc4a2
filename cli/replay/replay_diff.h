// What changed between two moments: of one migration, or of the whole fleet.
#pragma once

#include <boost/json/fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/base/terminal.h"
#include "cli/replay/replayed.h"
#include "ledger/fold/fleet_summary.h"

namespace migledger::cli {

struct Change {
  std::string what;    // name of a field or of a migration
  std::string before;  // empty: was not there
  std::string after;   // empty: is gone
};

// The fields that were added, changed or removed, sorted by name.
std::vector<Change> diff_fields(const ledger::Fields& before, const ledger::Fields& after);

struct MigrationDiff {
  std::vector<Change> standing;  // status, reason, need, attempt, reading
  std::vector<std::string> steps_done;
  std::vector<std::string> steps_reopened;
  std::vector<Change> facts;
  std::vector<Change> plan;
};

// Both of one stream; `before` may not have started yet.
MigrationDiff diff_migration(const Replayed& before, const Replayed& after);

// Migrations that started or had events between: their standing then and now, in words.
std::vector<Change> diff_fleet(const ledger::FleetSummary& before,
                               const ledger::FleetSummary& after);

void print_changes(std::string_view title, const std::vector<Change>& changes,
                   const Terminal& terminal, std::ostream& out);
void print_diff(const MigrationDiff& diff, const Terminal& terminal, std::ostream& out);

// [{what, before, after}]; null where there was or is nothing.
boost::json::array changes_json(const std::vector<Change>& changes);
// {standing, steps_done, steps_reopened, facts, plan}.
boost::json::object diff_json(const MigrationDiff& diff);

}  // namespace migledger::cli
