// "What others made is never touched", "a rollback removes what the migration made", and "cleaning
// up removes what was only needed on the way". All are asked of who made a thing, as the tenancy
// knows it from the request that created it.
//
// Exceptions, each with its reason:
//  - what a person named, or an imported state file, is theirs to say;
//  - buckets are nobody's: a target bucket that is there is used as it is, and stays;
//  - a replica of the source that is there already is used, and recorded as theirs; it stays, too;
//  - what was copied from a bucket stays: the source has it, too;
//  - pre-authenticated requests, replication policies and claims take no token: where the network
//    doubles what makes one, the copy can make another after it was removed; `reconcile` finds it;
//  - a ledger that was put back to before its checks, and is rolled back without going forward once
//    more, does not know where to look; `reconcile` tells what is there (never-lost).
#include "cli/simulation/promises/marks_invariant.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/steps/oci_api.h"

namespace migledger::simulation {

using ledger::schema::Outcome;

namespace {

// Whose a thing is: by its key, or, of what takes none, by its name.
std::optional<KeyParts> owner_of(const adapters::sim::Tenancy::Created& made) {
  auto parts = parts_of_key(made.key);
  return parts ? parts : parts_of_key(made.name);
}

// Whether the outcome says that what the fact names was made by others, and is only used.
bool is_theirs(Outcome::Reader outcome, std::string_view fact) {
  for (const auto other : outcome.getFacts())
    if (ledger::view(other.getName()) == std::string(fact) + "_owner")
      return ledger::view(other.getValue()) == "theirs";
  return false;
}

// What is only needed on the way, and goes when a person has it cleaned up.
bool is_on_the_way(std::string_view kind) {
  return kind == "image" || kind == "imported-image" || kind == "par" ||
         kind.starts_with("object") || kind.find("backup") != std::string_view::npos;
}

bool is_rolled_back(const ledger::MigrationState& state) {
  return state.status == ledger::Status::rolled_back;
}

Rule rule_for(const ledger::MigrationState& state) {
  return is_rolled_back(state) ? Rule::rollback_leaves_nothing : Rule::cleanup_leaves_nothing;
}

// What a migration that was undone, or cleaned up after, has left.
[[noreturn]] void tell_left(const ledger::MigrationState& state, const std::string& what) {
  throw Violation(rule_for(state),
                  fmt::format("{} is {}, and {}", state.name,
                              is_rolled_back(state) ? "rolled back" : "cleaned up", what));
}

// Each migration's state at each of its events, and what the ledger is called.
template <typename Visit>
void for_each_event(const ledger::EventStore& store, const Visit& visit) {
  std::map<ledger::StreamId, ledger::MigrationState> states;
  std::string ledger_id;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isLedgerCreated()) ledger_id = ledger::view(body.getLedgerCreated().getLedgerId());
    const auto stream = body.isMigrationStarted() ? event.getPosition() : event.getStream();
    if (stream == ledger::kLedgerStream) continue;
    auto& state = states[stream];
    state.apply(event);
    visit(event, state, ledger_id);
  }
}

}  // namespace

// A key stands for what is moved, or for one of several things that are: those are among the facts.
bool is_made_for(const KeyParts& key, std::string_view ledger_id,
                 const ledger::MigrationState& state) {
  const auto is_of = [&](std::string_view source) {
    const auto parts =
        parts_of_key(workflow::idempotency_key(ledger_id, state.name, source, "step", 1));
    return parts && parts->about == key.about;
  };
  if (key.ledger != ledger_id.substr(0, key.ledger.size())) return false;
  if (is_of(workflow::source_of(state.plan))) return true;
  bool found = false;
  state.facts.for_each([&](std::string_view, std::string_view value) {
    found = found || (value.starts_with("ocid1.") && is_of(value));
  });
  return found;
}

std::set<std::string> held_by(const adapters::sim::Tenancy& tenancy) {
  std::set<std::string> held;
  const auto report = boost::json::parse(tenancy.report());
  for (const auto& entry : report.at("held").as_array())
    held.insert(entry.at("region").as_string().c_str() +
                std::string(entry.at("id").as_string().c_str()));
  return held;
}

Marks::Marks(adapters::sim::Tenancy& tenancy, const Others& others,
             const std::set<std::string>& doubles)
    : tenancy_(tenancy), others_(others), doubles_(doubles), created_(tenancy.created_from(0)) {
  for (const auto& made : created_)
    if (made.id.starts_with("ocid1.")) by_id_[made.id] = &made;
}

void Marks::check_adopted(const ledger::EventStore& store) const {
  for_each_event(store, [&](ledger::schema::Event::Reader event,
                            const ledger::MigrationState& state, const std::string& ledger_id) {
    if (!event.getBody().isOutcome()) return;
    const auto outcome = event.getBody().getOutcome();
    if (outcome.getHow() != Outcome::How::ADOPTED) return;
    for (const auto fact : outcome.getFacts()) {
      const auto found = by_id_.find(ledger::view(fact.getValue()));
      if (found == by_id_.end() || found->second->kind == "bucket") continue;
      if (is_theirs(outcome, ledger::view(fact.getName()))) continue;
      judged(Rule::adopts_its_own);
      const Created& made = *found->second;
      const auto tell = [&](const std::string& whose) {
        throw Violation(Rule::adopts_its_own,
                        fmt::format("the outcome at {} adopts {} {} ({}) for {} of {}; {}",
                                    event.getPosition(), made.kind, made.id, made.name,
                                    state.step_name(outcome.getStep()), state.name, whose));
      };
      if (others_.count(made.id) != 0) tell("others made it");
      const auto owner = owner_of(made);
      if (owner && !is_made_for(*owner, ledger_id, state))
        tell(fmt::format("it was created for {}", made.key));
    }
  });
}

void Marks::check_delivered(const ledger::EventStore& store, bool forgetful) const {
  if (forgetful) return;                              // what it has forgotten may have removed it
  std::map<ledger::StreamId, std::string> delivered;  // what each has made
  std::map<ledger::StreamId, ledger::MigrationState> copied;
  for_each_event(store, [&](ledger::schema::Event::Reader, const ledger::MigrationState& state,
                            const std::string&) {
    delivered.erase(state.stream);
    copied.erase(state.stream);
    if (state.status != ledger::Status::done) return;
    for (const char* fact : {"target_instance_id", "target_volume_id"})
      if (state.facts.has(fact)) delivered[state.stream] = state.facts.get(fact);
    if (state.plan.has("source_bucket_name")) copied[state.stream] = state;
  });
  for (const auto& [stream, state] : copied) check_copied(state);
  for (const auto& [stream, id] : delivered) {
    const auto made = by_id_.find(id);
    if (made == by_id_.end()) continue;
    judged(Rule::delivered);
    if (!is_alive(tenancy_, tenancy_.clock(), *made->second))
      throw Violation(
          Rule::delivered,
          fmt::format("the migration of stream {} is done, and {} is not there", stream, id));
  }
}

void Marks::check_copied(const ledger::MigrationState& state) const {
  judged(Rule::delivered);
  const auto objects = [&](const std::string& side) {
    auto request = workflow::storage(state.plan.get(side + "_region"), "GET",
                                     fmt::format("/n/{}/b/{}/o", tenancy_.object_namespace(),
                                                 state.plan.get(side + "_bucket_name")));
    request.query = "fields=size";
    return tenancy_.handle(request, tenancy_.clock()).body;
  };
  const auto source = boost::json::parse(objects("source"));
  const std::string target = objects("target");
  for (const auto& object : source.at("objects").as_array()) {
    const std::string shown = boost::json::serialize(object);
    if (target.find(shown) == std::string::npos)
      throw Violation(Rule::delivered, fmt::format("the migration {} is done, and {} is not at the "
                                                   "target, which has {}",
                                                   state.name, shown, target));
  }
}

void Marks::check_released(std::string_view ledger_id, const ledger::MigrationState& state) const {
  const auto place = claim_place(tenancy_, state.plan);
  const auto claim = claim_at(tenancy_, place, tenancy_.clock());
  if (claim.find(fmt::format(R"("ledger":"{}","migration":"{}")", ledger_id, state.name)) ==
      std::string::npos)
    return;
  if (doubles_.count(place.region + decoded(place.path)) == 0)
    tell_left(state, "its claim on the source is there: " + claim);
}

void Marks::check_undone(const ledger::EventStore& store, const workflow::Workflow& workflow,
                         bool forgetful) const {
  // What was copied from a bucket stays.
  const bool only_policies = workflow.name == "storage-replication";
  std::map<ledger::StreamId, ledger::MigrationState> undone;
  std::string ledger_id;
  for_each_event(store, [&](ledger::schema::Event::Reader, const ledger::MigrationState& state,
                            const std::string& id) {
    ledger_id = id;
    // All removals come after the checks that find the namespace of the tenancy's buckets.
    const bool blind = forgetful && state.facts.get("namespace").empty();
    const bool cleaned = state.status == ledger::Status::done && state.cleaned;
    if ((is_rolled_back(state) || cleaned) && !blind)
      undone[state.stream] = state;
    else
      undone.erase(state.stream);
  });
  for (const auto& [stream, state] : undone) judged(rule_for(state));
  if (undone.empty()) return;
  if (!only_policies)
    for (const auto& [stream, state] : undone) check_released(ledger_id, state);
  const auto held = held_by(tenancy_);
  for (const auto& made : created_) {
    const auto owner = owner_of(made);
    const std::string place = made.region + made.id;
    if (!owner || made.kind == "bucket" || held.count(place) == 0) continue;
    if (only_policies && made.kind != "replication-policy") continue;
    if ((made.kind == "par" || made.kind == "replication-policy") && doubles_.count(place) != 0)
      continue;
    for (const auto& [stream, state] : undone) {
      if ((!is_rolled_back(state) && !is_on_the_way(made.kind)) ||
          !is_made_for(*owner, ledger_id, state))
        continue;
      tell_left(state, fmt::format("{} {} ({}), created for {} at {}, is there", made.kind, made.id,
                                   made.name, made.key, format_utc(made.at)));
    }
  }
}

}  // namespace migledger::simulation
