#include "cli/steer/undo.h"

#include <fmt/format.h>

#include <iostream>

#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/base/names.h"
#include "cli/base/usage_error.h"
#include "cli/render/fleet.h"
#include "cli/session/deliver_order.h"
#include "cli/steer/removal_question.h"
#include "ledger/base/printable.h"
#include "ledger/fold/recorded_state.h"
#include "ledger/store/rocks_event_store.h"
#include "workflow/decide/decide.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

using workflow::Mode;
using workflow::Verb;

Mode mode_of(Verb verb) {
  switch (verb) {
    case Verb::CLEANUP:
      return Mode::cleanup;
    case Verb::DECOMMISSION:
      return Mode::decommission;
    default:
      return Mode::rollback;
  }
}

struct Reading {
  std::unique_ptr<ledger::EventStore> store;
  ledger::MigrationState state;
  std::string ledger_id;
  bool simulated = false;
};

Reading read(const std::string& path, const std::string& migration) {
  ledger::OpeningReport report;
  Reading reading;
  reading.store = ledger::RocksEventStore::open_reader(path, report);
  const auto& store = reading.store;
  const auto facts = ledger_facts(*store);
  reading.ledger_id = facts.id;
  reading.simulated = facts.simulated();
  auto state = ledger::recorded_state(*store, migration);
  if (!state)
    throw UsageError(fmt::format("the ledger {} has no migration \"{}\"{}", printable(path),
                                 printable(migration, 63), hint_of_name(*store, migration)));
  reading.state = std::move(*state);
  return reading;
}

// What a fact names; of several volumes ("volume.1.new"), all of them.
std::string named_by(const ledger::Fields& facts, std::string_view fact) {
  std::string all(facts.get(fact));
  const auto number = fact.find(".1.");
  if (number == std::string_view::npos) return all;
  for (unsigned n = 2;; ++n) {
    const auto next =
        facts.get(fmt::format("{}.{}.{}", fact.substr(0, number), n, fact.substr(number + 3)));
    if (next.empty()) return all;
    all.append(all.empty() ? "" : ", ").append(next);
  }
}

// What the steps of a mode are about to do, as far as is known without asking the cloud.
void print_list(const Reading& reading, const workflow::Workflow& workflow, Mode mode,
                std::ostream& out) {
  ledger::MigrationState then = reading.state;
  then.mode = mode;
  if (reading.simulated) out << kSimulatedLine << "\n";
  out << fmt::format("{}: {}\n", printable(then.name), name_of(mode));
  for (workflow::StepIndex i = 0; i < workflow.steps.size(); ++i) {
    const auto& step = workflow.steps[i];
    if ((step.modes & workflow::in(mode)) == 0) continue;
    if (step.applies && !step.applies(view_of(workflow, then, reading.ledger_id, i))) continue;
    std::string what;
    if (step.question) what = step.question(view_of(workflow, then, reading.ledger_id, i));
    if (!step.removes.empty()) what = named_by(then.facts, step.removes);
    out << fmt::format("  {:<24} {}{}{}\n", step.name, step.title, what.empty() ? "" : ": ",
                       printable(what, 300));
  }
}

// Whether who typed the command agrees to what is removed; asks where there is somebody.
bool may_remove(const RunCommand& run, const Reading& reading, const Terminal& terminal,
                std::ostream& out) {
  if (run.order->verb == Verb::ROLLBACK && !run.json) {
    const Time now = reading.simulated ? reading.store->head().time : adapters::SystemClock().now();
    print_at_stake(*reading.store, reading.state, now, out);
  }
  if (run.consent.removal) return true;
  return !run.json && confirmed(run.order->migration, terminal, std::cin, out);
}

void say_nothing_removed(const RunCommand& run, std::ostream& out) {
  const workflow::OrderAnswer answer{false, 0, "Nothing was removed: add --yes."};
  out << (run.json ? answer_json(run.order->verb, run.order->migration, answer) : answer.words)
      << "\n";
}

}  // namespace

int run_undo(const RunCommand& run, const Terminal& terminal, std::ostream& out,
             std::ostream& err) {
  const auto& order = *run.order;
  const std::string& path = run.ledger;
  const Reading reading = read(path, order.migration);
  const auto* workflow = workflow::workflow_named(reading.state.workflow);
  const auto judged = workflow::judge(order, workflow, &reading.state, 0, {}, reading.ledger_id);
  if (!judged.event) throw UsageError(judged.words);
  if (!run.json) print_list(reading, *workflow, mode_of(order.verb), out);
  // The end of a source is asked for by a step of its own.
  const bool asks = order.verb != Verb::DECOMMISSION;
  if (asks && !may_remove(run, reading, terminal, out)) {
    say_nothing_removed(run, out);
    return static_cast<int>(ExitStatus::waits_for_person);
  }
  if (ledger::RocksEventStore::current_writer(path)) {
    const auto answer = deliver_order(path, order, run.command_line, err);
    if (!answer.taken) throw UsageError(answer.words);
    out << fmt::format("#{} {}: {}; the run that is going does it\n", answer.position,
                       printable(order.migration), printable(answer.words, 500));
    return static_cast<int>(ExitStatus::done);
  }
  RunCommand command = run;
  command.ledger = path;
  command.workflow = reading.state.workflow;
  // What was asked for needs no further word; only the end of the source is asked about once more.
  if (asks) command.consent = {};
  return run_run(command, terminal, out, err);
}

}  // namespace migledger::cli
