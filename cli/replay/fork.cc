#include "cli/replay/fork.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <ostream>
#include <vector>

#include "adapters/sim/provisioned/recalled.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/state_store.h"
#include "adapters/system_clock.h"
#include "cli/base/exit_status.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/names.h"
#include "cli/base/new_directory.h"
#include "cli/base/usage_error.h"
#include "cli/run/recall_known.h"
#include "cli/session/open_to_read.h"
#include "cli/session/run_cloud.h"
#include "cli/session/this_process.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"
#include "ledger/copy/forking.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/run/records.h"

namespace migledger::cli {

namespace {

namespace sim = adapters::sim;
using ledger::Position;

// The states of all migrations that had begun, in the order of their starts.
std::vector<ledger::MigrationState> states_at(const ledger::EventStore& store, Position position) {
  std::map<ledger::StreamId, ledger::MigrationState> states;
  for (const auto cursor = store.scan(1, position); cursor->next();)
    if (cursor->event().getStream() != ledger::kLedgerStream)
      states[cursor->event().getStream()].apply(cursor->event());
  std::vector<ledger::MigrationState> all;
  for (auto& [stream, state] : states) all.push_back(std::move(state));
  return all;
}

// A tenancy in `directory` that holds what the states say, at the time of the moment.
void seed_tenancy(const std::string& directory, const ledger::EventStore& origin, Position position,
                  const std::vector<ledger::MigrationState>& states, const std::string& ledger_id,
                  Time moment) {
  const auto kept = sim::open_disk_store(directory);
  sim::TenancyOptions options;
  options.start = moment;
  sim::Tenancy tenancy(options, kept.get());
  sim::Recalled known;
  for (const auto& state : states) recall_known(origin, state.stream, position, ledger_id, known);
  tenancy.recall(known);
  for (const auto& state : states) tenancy.provision({state.name, state.depends_on, state.plan});
  tenancy.keep_clock(moment);
  tenancy.save();
}

}  // namespace

int run_fork(const ForkOptions& options, std::ostream& out, std::ostream& err) {
  if (options.cloud != "sim")
    throw UsageError(
        "--fork goes on as a rehearsal, never against the real cloud: give --cloud sim");
  if (options.into.empty() || options.into == options.origin)
    throw UsageError(
        "--fork makes a new ledger: name it with --ledger, and the one it is forked from with "
        "--from");
  const std::string sim_state = sim_state_of({}, options.into);
  require_room(options.into, "the fork");
  require_room(sim_state, "the tenancy of the fork");
  const auto origin = open_to_read(options.origin, err);
  const Position position = last_until(*origin, "--fork", parse_moment("--fork", options.moment));
  if (position == 0) throw UsageError("--fork: there is no event at or before that");
  const LedgerFacts facts = ledger_facts(*origin);
  const Time moment = time_at(*origin, position);
  const auto states = states_at(*origin, position);

  // Time goes on from the moment, in the ledger and in the tenancy.
  const workflow::Actor actor = this_process(options.command_line);
  workflow::CloudIdentity identity;
  identity.kind = "sim";
  identity.auth_kind = "sim";
  ledger::MadeWhole made(options.into);
  const auto store = ledger::fork_ledger(
      *origin, position, made.directory(), {actor.pid, actor.host, adapters::SystemClock().now()},
      workflow::session_opened({ledger::kLedgerStream, moment, 0, 0}, actor, identity), moment);
  const Position session = position + 1;
  const Position head = store->head().position;
  ledger::EventDraft closed =
      workflow::session_closed({ledger::kLedgerStream, moment, session, head}, 0, "forked");
  store->append_one(closed);
  const Position end = store->head().position;
  store->close();
  ledger::MadeWhole tenancy(sim_state);
  seed_tenancy(tenancy.directory(), *origin, position, states, facts.id, moment);
  // The tenancy first: a ledger without it would begin an empty one.
  tenancy.finish();
  try {
    made.finish();
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(sim_state, ignored);
    throw;
  }

  if (options.json) {
    out << boost::json::serialize(boost::json::object{
               {"simulated", true},
               {"ledger", json_text(facts.id)},
               {"origin", boost::json::object{{"path", json_text(options.origin)},
                                              {"position", position},
                                              {"cloud", json_text(facts.cloud)}}},
               {"path", json_text(options.into)},
               {"position", end},
               {"sim_state", json_text(sim_state)}})
        << "\n";
  } else {
    out << kSimulatedLine << '\n'
        << fmt::format("forked {} at #{} into {}: {} migration(s); {} is untouched\n",
                       printable(options.origin), position, printable(options.into), states.size(),
                       printable(options.origin))
        << fmt::format("go on with: migledger run {}--cloud sim --ledger {}\n",
                       states.empty() ? "" : "--config FILE ", printable(options.into));
  }
  return static_cast<int>(ExitStatus::done);
}

}  // namespace migledger::cli
