#include "cli/run/run.h"

#include <fmt/format.h>
#include <kj/common.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "adapters/config/config.h"
#include "adapters/inbox/inbox.h"
#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/key_files.h"
#include "cli/base/nearest_word.h"
#include "cli/base/usage_error.h"
#include "cli/export/checkpoint.h"
#include "cli/render/picture.h"
#include "cli/run/after_restore.h"
#include "cli/run/dry_run.h"
#include "cli/run/result_json.h"
#include "cli/run/run_view.h"
#include "cli/session/debug_log.h"
#include "cli/session/ledger_choice.h"
#include "cli/session/open_ledger.h"
#include "cli/session/plan_refusal.h"
#include "cli/session/run_cloud.h"
#include "cli/session/sealed_plan.h"
#include "cli/session/signals.h"
#include "cli/session/this_process.h"
#include "ledger/base/printable.h"
#include "ledger/copy/forking.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/fold/recorded_state.h"
#include "workflow/workflows.h"

namespace migledger::cli {

namespace {

int status(ExitStatus exit_status) { return static_cast<int>(exit_status); }

// What is asked of a migration of the ledger needs only the settings of a run: its plan is
// recorded.
adapters::Config config_of(const RunCommand& command) {
  if (!command.order)
    return adapters::load_config(command.config, adapters::read_text_file, command.workflow);
  std::error_code ignored;
  adapters::Config config;
  if (command.config != kDefaultConfig || std::filesystem::exists(kDefaultConfig, ignored))
    config = adapters::load_config(command.config);
  config.plan.workflow = command.workflow;
  return config;
}

void select(workflow::Plan& plan, const std::vector<std::string>& only) {
  if (only.empty()) return;
  for (const auto& name : only) {
    const bool known = std::any_of(plan.migrations.begin(), plan.migrations.end(),
                                   [&](const auto& migration) { return migration.name == name; });
    if (known) continue;
    std::vector<std::string> names;
    for (const auto& migration : plan.migrations) names.push_back(migration.name);
    throw UsageError("--only: the plan has no migration \"" + printable(name, 63) + "\"" +
                     did_you_mean(name, names));
  }
  std::erase_if(plan.migrations, [&](const auto& migration) {
    return std::find(only.begin(), only.end(), migration.name) == only.end();
  });
}

// The fleet summary is saved from time to time, so that `status` need not fold a long ledger.
void save_snapshot(const ledger::RocksEventStore& store, ledger::SnapshotStore& snapshots) {
  const auto loaded = ledger::load_fleet(store, snapshots);
  // A long ledger without any, of an earlier version: from now on any moment of it is near to one.
  if (loaded.snapshot == 0 && loaded.fleet.position() > ledger::kSnapshotInterval) {
    ledger::lay_fleet_snapshots(store, snapshots);
    return;
  }
  if (loaded.fleet.position() > loaded.snapshot)
    ledger::save_fleet(store, loaded.fleet, store.frontier().root(), snapshots);
}

// Passes everything on, and saves a snapshot when one is due.
class SnapshotTaker final : public workflow::Observer {
 public:
  SnapshotTaker(workflow::Observer& next, const ledger::RocksEventStore& store,
                ledger::SnapshotStore& snapshots)
      : next_(next), store_(store), snapshots_(snapshots), saved_(store.head().position) {}

  void appended(const workflow::MigrationState& state,
                ledger::schema::Event::Reader event) override {
    next_.appended(state, event);
  }
  Time waiting(Time now) override {
    const auto head = store_.head().position;
    if (head - saved_ >= ledger::kSnapshotInterval) {
      save_snapshot(store_, snapshots_);
      saved_ = head;
    }
    return next_.waiting(now);
  }

 private:
  workflow::Observer& next_;
  const ledger::RocksEventStore& store_;
  ledger::SnapshotStore& snapshots_;
  ledger::Position saved_;
};

// A migration of the ledger with the plan that the ledger has.
workflow::PlannedMigration recorded_plan(const ledger::EventStore& store, const std::string& name) {
  const auto state = ledger::recorded_state(store, name);
  if (!state) throw UsageError("the ledger has no migration \"" + printable(name, 63) + "\"");
  return {state->name, state->depends_on, state->plan};
}

std::size_t longest_name(const workflow::Plan& plan) {
  std::size_t longest = 0;
  for (const auto& migration : plan.migrations)
    longest = std::max(longest, display_width(printable(migration.name)));
  return longest;
}

// A ledger may be ahead of the clock: another machine wrote to it, or the clock was set back since.
std::string clock_words(Time now, Time head) {
  constexpr auto kNotWorthAWord = std::chrono::seconds(5);
  if (head - now < kNotWorthAWord) return {};
  return fmt::format(
      "the clock of this machine ({}) is {} behind the ledger's last event ({}); the run goes on "
      "at once and counts its time from that event. Set the clock right if it is wrong",
      format_utc(now), format_duration(head - now), format_utc(head));
}

// Of those that move it.
std::size_t longest_step(const workflow::Workflow& workflow) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < workflow.forward_count(); ++i)
    longest = std::max(longest, display_width(workflow.steps[i].name));
  return longest;
}

void summarize(const ledger::EventStore& store, const workflow::Plan& plan,
               const workflow::RunResult& result, const std::string& path, const Terminal& terminal,
               std::ostream& out) {
  // More than a few pictures is no picture.
  constexpr std::size_t kMost = 5;
  std::size_t drawn = 0;
  out << "\n";
  for (const auto& migration : plan.migrations) {
    const auto stream = store.find_stream(migration.name);
    if (!stream || drawn == kMost) continue;
    draw_migration(store, *stream, terminal, out);
    out << "\n";
    ++drawn;
  }
  if (plan.migrations.size() > drawn && drawn == kMost)
    out << fmt::format("… and {} more; see migledger status\n", plan.migrations.size() - drawn);
  out << workflow::words(result) << "\n";
  if (result.parked + result.failed > 0) out << note_of_ledger(path);
}

}  // namespace

int run_run(const RunCommand& command, const Terminal& terminal, std::ostream& out,
            std::ostream& err) {
  end_on_signal();
  adapters::Config config = config_of(command);
  const auto* workflow = workflow::workflow_named(config.plan.workflow);
  select(config.plan, command.only);
  seal_for_this_machine(config.plan, command.dry_run ? MissingKey::done_without : MissingKey::made);
  const std::string path = one_name(command.ledger, config.ledger_path);
  if (command.dry_run) return dry_run(command, config, path, out);
  std::optional<ledger::SigningKey> key;
  if (!config.checkpoint_key.empty()) key = read_signing_key(config.checkpoint_key);
  // Before anything is made beside it.
  [[maybe_unused]] const auto found = ledger::LedgerDirectory{path}.inspect();
  const auto cloud = make_run_cloud(command, config, path);
  const auto identity = cloud->cloud().identity();
  const bool simulated = identity.kind == "sim";
  const workflow::Actor actor = this_process(command.command_line);

  RunLedger opened =
      open_run_ledger(path, identity, actor, adapters::SystemClock().now(), random_hex_digits);
  auto& store = *opened.store;
  for (const auto& sentence : opened.said)
    err << "migledger: " << printable(sentence, 1000) << "\n";
  ledger::SnapshotStore snapshots(path);
  for (const auto& sentence : ledger::check_fleet_snapshots(store, snapshots))
    err << "migledger: " << printable(sentence, 1000) << "\n";

  if (command.order) config.plan.migrations = {recorded_plan(store, command.order->migration)};
  const auto checked = check_plan(store, *workflow, config.plan, command.accept_plan_change);
  if (!checked.refusal.empty()) {
    err << checked.refusal;
    return status(ExitStatus::plan_changed);
  }

  for (const auto& sentence : checked.without_effect) err << "migledger: " << sentence << "\n";
  if (!command.json) {
    if (simulated) out << "simulated: nothing here happens in a real cloud\n";
    out << fmt::format("{} {} with {} migration{}\n", opened.created ? "new ledger" : "ledger",
                       printable(path), config.plan.migrations.size(),
                       config.plan.migrations.size() == 1 ? "" : "s")
        << std::flush;
  }

  ledger::EvidenceStore evidence(path);
  DebugLog log(command.log_file.empty() ? config.log_file : command.log_file,
               [] { return adapters::SystemClock().now(); });
  log.write(fmt::format("run of {} with {}, ledger {}", command.config, actor.version, path));
  if (const auto exit =
          compare_after_restore(store, *cloud, config.plan, command, terminal, out, err)) {
    store.close();
    return *exit;
  }
  if (const auto behind = clock_words(cloud->clock().now(), store.head().time); !behind.empty())
    err << "migledger: " << behind << "\n";
  workflow::RunOptions options;
  options.actor = actor;
  options.parallel = command.parallel.value_or(config.parallel);
  options.approvals = command.consent.approvals;
  options.accept_plan_change = command.accept_plan_change;
  options.keep_evidence = [&](std::string_view body) {
    const auto digest = evidence.add(ledger::bytes_of(body));
    return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
  };
  options.sync_evidence = [&] { evidence.sync(); };
  options.debug = [&](std::string_view remark) { log.write(remark); };

  std::atomic<workflow::Executor*> running = nullptr;
  workflow::RunResult result;
  {
    std::optional<adapters::Inbox> inbox;
    inbox.emplace(adapters::inbox_of(path), [&] {
      if (auto* executor = running.load()) executor->wake();
    });
    options.orders = &*inbox;
    options.order = command.order;
    RunViewOptions watching;
    watching.terminal = terminal;
    watching.json = command.json;
    watching.simulated = simulated;
    watching.speed = simulated ? command.sim_speed : 1.0;
    watching.name_width = longest_name(config.plan);
    watching.step_width = longest_step(*workflow);
    watching.planned = config.plan.migrations.size();
    watching.stopping = StopOnSignal::stopping;
    auto view = make_run_view(
        watching, store,
        [&](const auto& visit) {
          if (auto* executor = running.load()) executor->for_each(visit);
        },
        out);
    SnapshotTaker observer(*view, store, snapshots);
    workflow::Executor executor(store, cloud->cloud(), cloud->clock(), *workflow,
                                std::move(options), &observer);
    running = &executor;
    // The view shows the end while the states are there.
    KJ_DEFER(view.reset());
    // Whoever may wake the executor ends before it does.
    KJ_DEFER(inbox.reset());
    const bool drawn = terminal.redraws && !command.json;
    const StopOnSignal stop(
        executor, drawn ? StopOnSignal::Words::left_to_view : StopOnSignal::Words::written);
    result = executor.run(config.plan);
  }
  int exit = workflow::exit_code(result);
  std::optional<ledger::SignedCheckpoint> checkpoint;
  if (key && ledger::is_fork(store)) {
    err << "migledger: what was forked from another ledger is not signed\n";
  } else if (key) {
    try {
      checkpoint = sign_after_run(store, path, *key);
    } catch (const ledger::LedgerError& e) {
      err << "migledger: " << printable(e.what(), 1000) << "\n";
      if (exit == status(ExitStatus::done)) exit = status(ExitStatus::ledger_refused);
    }
  }
  log.write(fmt::format("ended: {} (exit code {})", workflow::words(result), exit));
  if (command.json) {
    auto object = result_json(result, exit);
    object["simulated"] = simulated;
    if (checkpoint)
      object["checkpoint"] =
          boost::json::object{{"origin", json_text(checkpoint->checkpoint.origin)},
                              {"size", checkpoint->checkpoint.size},
                              {"root", ledger::to_hex(checkpoint->checkpoint.root)}};
    out << boost::json::serialize(object) << "\n";
  } else {
    summarize(store, config.plan, result, path, terminal, out);
    if (checkpoint)
      out << fmt::format("signed: events 1 to {}, root {}\n", checkpoint->checkpoint.size,
                         ledger::to_hex(checkpoint->checkpoint.root));
  }
  if (!result.refused.empty()) err << "migledger: " << printable(result.refused, 500) << "\n";
  if (!result.credentials_error.empty())
    err << "migledger: " << printable(result.credentials_error)
        << "; set them up, then run again: nothing is lost\n";
  if (!result.unreachable.empty())
    err << "migledger: " << printable(result.unreachable, 500)
        << "; mend that (migledger doctor helps), then run again: nothing is lost\n";
  save_snapshot(store, snapshots);
  store.close();
  return exit;
}

}  // namespace migledger::cli
