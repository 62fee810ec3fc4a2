#include "cli/command_steer.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/deliver_order.h"
#include "cli/exit_status.h"
#include "cli/printable.h"
#include "cli/usage_error.h"
#include "ledger/fleet_keeper.h"
#include "ledger/recorded_state.h"
#include "ledger/rocks_event_store.h"

namespace migledger::cli {

namespace {

// The migrations of the ledger for which `verb` makes sense as they stand.
std::vector<std::string> all_that_take(workflow::Verb verb, const std::string& directory) {
  ledger::OpeningReport report;
  const auto store = ledger::RocksEventStore::open_reader(directory, report);
  std::vector<std::string> names;
  const auto loaded = ledger::load_fleet(*store, ledger::SnapshotStore(directory));
  for (const auto& row : loaded.fleet.rows()) {
    if (!workflow::could_take(verb, row)) continue;
    const auto state = ledger::recorded_state(*store, row.stream);
    if (workflow::refusal_of(verb, workflow::stage_of(state), workflow::stop_of(state)).empty())
      names.push_back(state.name);
  }
  return names;
}

}  // namespace

int run_steer(const SteerCommand& command, std::ostream& out, std::ostream& err) {
  if (command.all && !command.migrations.empty())
    throw UsageError("--all and the name of a migration exclude each other");
  auto names = command.all ? all_that_take(command.verb, command.ledger) : command.migrations;
  if (command.all && names.empty()) {
    err << fmt::format("migledger: no migration of {} can {} as it stands\n",
                       printable(command.ledger), workflow::name_of(command.verb));
    return static_cast<int>(ExitStatus::usage);
  }
  if (names.empty()) names.emplace_back();
  bool refused = false;
  for (const auto& name : names) {
    workflow::Order order = new_order(command.verb);
    order.migration = name;
    order.step = command.step;
    order.resource = command.resource;
    order.reason = command.reason;
    const auto answer = deliver_order(command.ledger, order, command.command_line, err);
    if (answer.taken) {
      out << fmt::format("#{} {}{}: {}\n", answer.position, name.empty() ? "all" : printable(name),
                         fmt::format(", {}", workflow::name_of(command.verb)),
                         printable(answer.words, 500));
    } else {
      refused = true;
      err << "migledger: " << printable(answer.words, 500) << "\n";
    }
  }
  return static_cast<int>(refused ? ExitStatus::usage : ExitStatus::done);
}

}  // namespace migledger::cli
