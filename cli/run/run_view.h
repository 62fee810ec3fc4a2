// What a person, or a program, sees of a run while it goes on.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>

#include "cli/base/terminal.h"
#include "ledger/event/event_store.h"
#include "workflow/run/executor.h"

namespace migledger::cli {

struct RunViewOptions {
  Terminal terminal;
  bool json = false;  // one JSON object an event
  bool simulated = false;
  double speed = 1;  // seconds on the clock a real second
  // Columns of the longest names there will be, of migrations and of steps; 0: not known.
  std::size_t name_width = 0;
  std::size_t step_width = 0;
  std::size_t planned = 0;  // migrations of the run, those that have not begun included
  // Whether somebody asked for an end; null: nobody can.
  std::function<bool()> stopping;
  // Real time, for how often the table is drawn; null: that of the machine.
  std::function<std::chrono::steady_clock::time_point()> stopwatch;
};

using ForEachState =
    std::function<void(const std::function<void(const workflow::MigrationState&)>&)>;

// A live table on a terminal that can be drawn over; else a line an event; JSON lines with --json.
// `store` and `out` must outlive it; `states` gives the states of the run's migrations.
std::unique_ptr<workflow::Observer> make_run_view(const RunViewOptions& options,
                                                  const ledger::EventStore& store,
                                                  ForEachState states, std::ostream& out);

}  // namespace migledger::cli
