// What a universe asks of its ledgers and its tenancy once faults have stopped.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "cli/simulation/promises/ledger_invariants.h"
#include "cli/simulation/promises/marks_invariant.h"
#include "cli/simulation/universe/universe.h"
#include "ledger/fold/fleet_summary.h"
#include "workflow/reconcile/reconcile.h"
#include "workflow/workflows.h"

namespace migledger::simulation {

namespace {

using namespace std::chrono_literals;
using ledger::EventStore;
using ledger::Status;
using workflow::Verb;

std::vector<ledger::MigrationState> all_states(const EventStore& store) {
  std::map<ledger::StreamId, ledger::MigrationState> states;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto stream =
        event.getBody().isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream != ledger::kLedgerStream) states[stream].apply(event);
  }
  std::vector<ledger::MigrationState> out;
  for (auto& [stream, state] : states) out.push_back(std::move(state));
  return out;
}

// Keeps what the tenancy still holds.
void erase_gone(const adapters::sim::Tenancy& tenancy,
                std::vector<adapters::sim::Tenancy::Created>& created) {
  const auto held = held_by(tenancy);
  std::erase_if(created, [&](const auto& made) { return !held.count(made.region + made.id); });
}

}  // namespace

bool Universe::is_decommissioning(std::string_view source) const {
  for (const auto& ledger : ledgers_) {
    for (const auto& state : all_states(*ledger->disk().read()))
      if (workflow::source_of(state.plan) == source &&
          (state.mode == ledger::Mode::decommission || state.decommissioned))
        return true;
  }
  return false;
}

bool Universe::said_dead(const KeyParts& key) const {
  const auto step = workflow_->index_of(key.step);
  for (const auto& ledger : ledgers_) {
    if (ledger->short_id() != key.ledger) continue;
    const auto store = ledger->disk().read();
    for (const auto cursor = store->scan(1); cursor->next();) {
      const auto body = cursor->event().getBody();
      if (!body.isChecked()) continue;
      const auto checked = body.getChecked();
      if (checked.getResult() == ledger::schema::Checked::Result::DEAD &&
          checked.getReopens() == step &&
          ledger::view(checked.getError().getCode()) != "SecretLost")
        return true;
    }
  }
  return false;
}

bool Universe::clocks_are_right() const {
  return !chaos_.active(Chaos::clock_skew) && !chaos_.active(Chaos::clock_jumps);
}

// A run without faults, and what it must come to.
void Universe::come_to_rest(SimulatedLedger& ledger) {
  for (int round = 0; round < 4; ++round) {
    // Children of the last process under chaos live for minutes.
    network_->pass(network_->children_until());
    const std::size_t count = ledger.plan().migrations.size();
    const Time begun = network_->now();
    const std::uint64_t calls = network_->calls(), events = ledger.appended();
    run_once(ledger, true, false);
    judged(Rule::rest);
    const Duration took = network_->now() - begun;
    const Duration most = 36h * (count / drawn_.parallel + 2) + jumped_;
    if (took > most)
      throw Violation(Rule::rest,
                      fmt::format("a run without faults took {}, at most {} are allowed",
                                  format_duration(took), format_duration(most)));
    if (network_->calls() - calls > 500 + 2500 * count)
      throw Violation(Rule::rest,
                      fmt::format("a run without faults made {} calls", network_->calls() - calls));
    if (ledger.appended() - events > 60 + 500 * count)
      throw Violation(Rule::rest, fmt::format("a run without faults appended {} events",
                                              ledger.appended() - events));
    const auto store = ledger.disk().read();
    const auto held = workflow::held_by(*store);
    bool all_over = true;
    std::set<std::string> done;
    const auto states = all_states(*store);
    for (const auto& state : states) {
      if (state.done_at != Time{}) done.insert(state.name);
      const auto unrest = unrest_of(state, held);
      if (!unrest.empty()) throw Violation(Rule::rest, fmt::format("{}: {}", state.name, unrest));
      all_over = all_over && state.is_over() && state.status != Status::failed;
    }
    for (const auto& planned : ledger.plan().migrations) {
      const bool begun_before = store->find_stream(planned.name).has_value();
      const bool waits =
          held != 0 || std::any_of(planned.depends_on.begin(), planned.depends_on.end(),
                                   [&](const auto& o) { return !done.count(o); });
      if (!begun_before && !waits)
        throw Violation(Rule::rest, planned.name + " was not begun, and waits for nothing");
      all_over = all_over && begun_before;
    }
    if (all_over) return;
    help(ledger);
  }
}

// A person looks at what waits and does what is asked for.
void Universe::help(SimulatedLedger& ledger) {
  const auto states = all_states(*ledger.disk().read());
  if (workflow::held_by(*ledger.disk().read()) != 0)
    take_order(ledger, people_->order(Verb::RESUME, ""));
  for (const auto& state : states) {
    if (state.paused != 0 || state.pause_at != ledger::kNoStep)
      take_order(ledger, people_->order(Verb::RESUME, state.name));
    if (state.status == Status::failed) take_order(ledger, people_->order(Verb::RETRY, state.name));
    if (state.status == Status::parked &&
        state.parked_kind == ledger::schema::Parked::Kind::APPROVE)
      take_order(ledger, people_->order(Verb::APPROVE, state.name));
  }
  network_->pass(network_->now() + 10min);
}

void Universe::ask_ledger(SimulatedLedger& ledger) {
  const auto store = ledger.disk().read();
  check_order(*store);
  check_outcomes(*store);
  check_decisions(*store);
  check_recovery_rules(*store, *workflow_);
  Timing timing;
  // A run that stood still for hours sees late what it has waited for.
  timing.clocks_are_right = clocks_are_right() && !stood_still_.contains(&ledger);
  timing.late = chaos_.active(Chaos::slow_replies) ? 20min : 4min;
  timing.at_once = drawn_.parallel >= ledger.plan().migrations.size();
  check_limits(*store, *workflow_, timing);
  check_people(*store, *workflow_, approvals_);
  check_restoring(*store);
  check_folds(*store);
  ledger.summaries().compare(*store);
  judged(Rule::verify_finds_nothing);
  std::string found = ledger.disk().verify();
  if (found.empty()) found = ledger.disk().fork(1 + dice_.below(store->head().position));
  if (!found.empty()) throw Violation(Rule::verify_finds_nothing, found);
  std::vector<std::string> secrets{std::string(kSecretMark)};
  for (const auto& token : network_->secrets()) add_traces(token, secrets);
  drawn_.plan.secrets.for_each(
      [&](std::string_view, std::string_view value) { add_traces(value, secrets); });
  ledger::Position position = 0;
  for (const auto& bytes : ledger.acknowledged().events())
    check_no_secret({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, secrets,
                    fmt::format("the event at {}", ++position));
  check_no_secret(debug_, secrets, "the evidence or the debug log");
}

// Replicas and attachments can bear no marks: the step that makes them finds them where they must
// be, and nothing else can. And what volumes an instance has, whose marks are by volume, is known
// once it was checked. So of volumes there may be what no ledger names and reconcile cannot find:
//  - after the ledger was put back to before it meant to make just that, until it comes
//    there again;
//  - while the ledger says itself that what came of it is unknown;
//  - while events of a newer version keep that migration from looking.
bool Universe::is_out_of_sight(SimulatedLedger& ledger, const adapters::sim::Tenancy::Created& made,
                               const KeyParts& key) const {
  if (made.kind.find("volume") == std::string::npos) return false;
  const auto states = all_states(*ledger.disk().read());
  const auto of = std::find_if(states.begin(), states.end(), [&](const auto& state) {
    return is_made_for(key, ledger.id(), state);
  });
  // What is made of one of several volumes bears its key, and the intent that of the instance; and
  // two steps make replicas of one name.
  const auto makes = [&](const KeyParts& intended) {
    return intended.step == key.step ||
           (intended.step == "renew-replica" && key.step == "enable-replica");
  };
  const auto& keys = ledger.forgotten();
  const bool forgotten = std::any_of(keys.begin(), keys.end(), [&](const std::string& text) {
    const auto intended = parts_of_key(text);
    return intended && makes(*intended) &&
           (of == states.end() || is_made_for(*intended, ledger.id(), *of));
  });
  if (of == states.end() || of->facts.get("volumes").empty()) return forgotten;
  const bool markless =
      made.kind.find("replica") != std::string::npos || made.kind == "volumeattachment";
  if (!markless) return false;
  const auto& attempt = of->attempt;
  const bool unknown = attempt.step == workflow_->index_of(key.step) &&
                       (attempt.phase == ledger::Phase::unknown || attempt.doubt);
  return forgotten || unknown || of->unknown_events > 0;
}

// Promise 2, "never lost": all that requests created and that is there still is named in a ledger,
// or reconcile finds it. Objects that a bucket's replication copies are named by their page.
void Universe::ask_for_lost() {
  std::string named;
  for (const auto& ledger : ledgers_)
    for (const auto& bytes : ledger->acknowledged().events())
      named.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()).append("\n");
  const bool bulk = drawn_.plan.workflow == "storage-replication";
  std::vector<adapters::sim::Tenancy::Created> unnamed;
  for (const auto& made : tenancy_->created_from(0)) {
    if (invariants_->ever_others().count(made.id) != 0) continue;
    const bool object = made.kind.starts_with("object");
    if (bulk && object) continue;
    // What others made, and a person said to be a migration's.
    const auto parts = parts_of_key(made.key);
    if (made.key.empty() || (!parts && made.kind == "volume")) continue;
    const auto owner = std::find_if(ledgers_.begin(), ledgers_.end(), [&](const auto& ledger) {
      return parts && ledger->short_id() == parts->ledger;
    });
    if (parts && owner == ledgers_.end()) continue;
    // A member of a group comes and goes with it.
    if (!parts && made.name.find(" member ") != std::string::npos) continue;
    const std::string& name = object || made.kind == "bucket" ? made.name : made.id;
    judged(Rule::never_lost);
    if (named.find(name) != std::string::npos) continue;
    if (parts && is_out_of_sight(**owner, made, *parts)) continue;
    unnamed.push_back(made);
  }
  if (unnamed.empty()) return;
  erase_gone(*tenancy_, unnamed);
  if (unnamed.empty()) return;
  std::set<std::string> found;
  for (const auto& ledger : ledgers_) {
    const auto store = ledger->disk().read();
    Process cloud(++processes_, *ledger, {*network_, trace_, skew_, {}, {}, 0}, {},
                  dice_for(options_.seed, "reconcile"), 64, tenancy_->tenancy_id());
    const auto reconciled = workflow::reconcile(
        [&] {
          return workflow::read_books(*store, ledger->plan(), false, workflow::workflow_named);
        },
        cloud, cloud);
    for (const auto& finding : reconciled.findings) found.insert(finding.id);
  }
  // An image whose work failed meanwhile is gone.
  erase_gone(*tenancy_, unnamed);
  for (const auto& made : unnamed) {
    const bool object = made.kind.starts_with("object") || made.kind == "bucket";
    judged(Rule::found_by_reconcile);
    if (found.count(object ? made.name : made.id) != 0) continue;
    throw Violation(
        Rule::found_by_reconcile,
        fmt::format("{} {} ({}), created for {} at {}, is there, no ledger names it and "
                    "reconcile does not find it",
                    made.kind, made.id, made.name, made.key, format_utc(made.at)));
  }
}

void Universe::tell(SimulationResult& result) const {
  result.workflow = drawn_.plan.workflow;
  result.migrations = static_cast<unsigned>(drawn_.plan.migrations.size());
  result.steps = steps_;
  result.active = chaos_.set();
  result.on_rocksdb = on_rocksdb_;
  result.simulated = network_->now() - begun_;
  result.runs = runs_;
  result.kills = kills_;
  for (const auto& ledger : ledgers_) result.events += ledger->appended();
  result.calls = network_->calls();
  result.created = invariants_->created();
}

}  // namespace migledger::simulation
