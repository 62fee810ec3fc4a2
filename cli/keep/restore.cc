#include "cli/keep/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/base/new_directory.h"
#include "cli/session/run_cloud.h"
#include "cli/session/this_process.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"
#include "ledger/copy/ledger_copy.h"
#include "ledger/store/rocks_event_store.h"
#include "workflow/reconcile/restored.h"

namespace migledger::cli {

namespace {

struct Said {
  ledger::Position position = 0;
  bool simulated = false;
};

// Appends to the copy that it is one.
Said say_restored(const std::filesystem::path& directory, const RestoreOptions& options,
                  const ledger::LedgerCopy& copy) {
  const Time real = adapters::SystemClock().now();
  const workflow::Actor actor = this_process(options.command_line);
  ledger::OpeningReport report;
  const auto store =
      ledger::RocksEventStore::open_writer(directory, {actor.pid, actor.host, real}, report);
  Said said;
  said.simulated = ledger_facts(*store).simulated();
  // The time of a simulated ledger is that of its tenancy, and stands still while nobody runs.
  const auto last = store->head().time;
  const Time now = said.simulated ? last : std::max(real, last);
  auto opened = workflow::session_opened({ledger::kLedgerStream, now, 0, 0}, actor, {});
  const auto session = store->append_one(opened);
  workflow::Restoring restoring;
  restoring.from = std::filesystem::absolute(options.backup).lexically_normal();
  restoring.position = copy.head;
  restoring.root = copy.root;
  restoring.reason = options.reason;
  auto restored = workflow::restored({ledger::kLedgerStream, now, session, session}, restoring);
  said.position = store->append_one(restored);
  auto closed = workflow::session_closed({ledger::kLedgerStream, now, session, session}, 0,
                                         "restored from a copy");
  store->append_one(closed);
  store->close();
  return said;
}

// What a rehearsal needs besides: the tenancy is not in the copy. Empty when it lies where the next
// run looks.
std::string tenancy_advice(const RestoreOptions& options) {
  if (std::filesystem::exists(sim_state_of({}, options.ledger))) return {};
  std::string tenancy = sim_state_of({}, options.backup);
  if (!std::filesystem::exists(tenancy)) tenancy = "OLD.ledger.sim";
  return fmt::format(
      "The simulated tenancy is no part of a backup. Name that of the original ledger in the next "
      "run, or it begins an empty one, in which everything is missing:\n"
      "  migledger run --config FILE --cloud sim --ledger {} --sim-state {}\n",
      printable(options.ledger), printable(tenancy));
}

}  // namespace

int run_restore(const RestoreOptions& options, std::ostream& out, std::ostream& err) {
  require_ledger(options.backup);
  require_room(options.ledger, "the restored ledger");
  if (const auto writer = ledger::RocksEventStore::current_writer(options.backup))
    err << fmt::format(
        "migledger: process {} is writing to {}: it and the restored ledger must not both go on\n",
        writer->pid, printable(options.backup));
  ledger::MadeWhole made(options.ledger);
  const auto copy = ledger::copy_ledger(options.backup, made.directory());
  const Said said = say_restored(made.directory(), options, copy);
  made.finish();
  say_copied(copy, err);
  const std::string root = ledger::to_hex(copy.root);
  if (options.json) {
    auto object = copied_json(copy);
    object["ledger"] = json_text(options.ledger);
    object["from"] = json_text(options.backup);
    object["restored"] = said.position;
    out << boost::json::serialize(object) << "\n";
  } else {
    if (said.simulated) out << kSimulatedLine << "\n";
    out << fmt::format(
        "{} holds the {} events of {}; #{} says where it came from\nroot {}\n"
        "The next run compares it with the cloud before it does anything, when 10 minutes have "
        "passed, or settle_seconds of the plan, if they are longer. Only one of the ledgers of "
        "this origin may go on: put the others away.\n",
        printable(options.ledger), copy.head, printable(options.backup), said.position, root);
    if (said.simulated) out << tenancy_advice(options);
  }
  return static_cast<int>(copy.not_copied.empty() ? ExitStatus::done : ExitStatus::ledger_refused);
}

}  // namespace migledger::cli
