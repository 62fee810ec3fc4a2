#include "workflow/audit/why.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "ledger/event/terms.h"
#include "ledger/fold/migration_state.h"
#include "workflow/cloud/json.h"
#include "workflow/cloud/request.h"

namespace migledger::workflow {

namespace {

using namespace ledger::schema;
using ledger::Position;
using ledger::StepIndex;
using ledger::view;
using Body = Event::Body;

struct Node {
  StepIndex step = ledger::kNoStep;
  bool concludes = true;  // how something ended, or what a person did
  bool observed = false;
  std::vector<Position> reacts_to;
};

Node node_of(Event::Reader event) {
  Node node;
  const auto link = [&](Position position) {
    if (position != 0 && position < event.getPosition()) node.reacts_to.push_back(position);
  };
  link(event.getCause());
  const auto body = event.getBody();
  const auto passing = [&](StepIndex step) {
    node.step = step;
    node.concludes = false;
  };
  switch (body.which()) {
    case Body::PROBED:
      passing(body.getProbed().getStep());
      break;
    case Body::INTENT:
      passing(body.getIntent().getStep());
      link(body.getIntent().getResends());
      break;
    case Body::OUTCOME:
      node.step = body.getOutcome().getStep();
      link(body.getOutcome().getIntent());
      break;
    case Body::OBSERVED:
      passing(body.getObserved().getStep());
      node.observed = true;
      break;
    case Body::CHECKED:
      node.step = body.getChecked().getStep();
      break;
    case Body::READ_FAILED:
      passing(body.getReadFailed().getStep());
      break;
    case Body::PARKED:
      node.step = body.getParked().getStep();
      break;
    case Body::APPROVED:
      node.step = body.getApproved().getStep();
      break;
    case Body::ENDED:
      node.step = body.getEnded().getStep();
      break;
    case Body::BULK_BEGUN:
      passing(body.getBulkBegun().getStep());
      break;
    case Body::BULK_ENDED:
      passing(body.getBulkEnded().getStep());
      break;
    default:
      break;
  }
  return node;
}

// Whether `text` is what was asked for, in which "…" stands for anything.
bool is_asked(std::string_view text, std::string_view asked) {
  constexpr std::string_view kGap = "…";
  const auto gap = asked.find(kGap);
  if (gap == asked.npos) return text == asked;
  const auto front = asked.substr(0, gap);
  const auto back = asked.substr(gap + kGap.size());
  return text.size() >= front.size() + back.size() && text.starts_with(front) &&
         text.ends_with(back);
}

// The value of a fact that is what was asked for; empty: none is.
std::string fact_asked(capnp::List<Field>::Reader facts, std::string_view asked) {
  for (const auto fact : facts) {
    const auto value = view(fact.getValue());
    if (!value.empty() && is_asked(value, asked)) return std::string(value);
  }
  return {};
}

bool mentions(std::string_view text, std::string_view name) { return text.find(name) != text.npos; }

bool any_mentions(capnp::List<Field>::Reader facts, std::string_view name) {
  for (const auto fact : facts)
    if (mentions(view(fact.getValue()), name)) return true;
  return false;
}

// Whether an event after the one that made it is about the resource. `about`: intents that are.
bool is_about(Event::Reader event, const Traced& traced, StepIndex made_by,
              std::set<Position>& about) {
  const auto body = event.getBody();
  const std::string encoded = percent_encode(traced.name);
  if (body.isIntent()) {
    const auto intent = body.getIntent();
    const bool again = about.count(intent.getResends()) != 0;
    const auto request = intent.getRequest();
    const bool named = mentions(view(request.getBody()), traced.name) ||
                       mentions(view(request.getPath()), encoded) ||
                       mentions(view(request.getQuery()), encoded) ||
                       view(intent.getKey()) == traced.name;
    if (named || again) about.insert(event.getPosition());
    return named || again;
  }
  if (body.isOutcome()) {
    const auto outcome = body.getOutcome();
    return about.count(outcome.getIntent()) != 0 || any_mentions(outcome.getFacts(), traced.name);
  }
  if (body.isChecked()) {
    const auto checked = body.getChecked();
    const bool died =
        checked.getResult() == Checked::Result::DEAD && checked.getReopens() == made_by;
    return died || any_mentions(checked.getFacts(), traced.name);
  }
  return body.isSteered() && view(body.getSteered().getResource()) == traced.name;
}

// A bucket as asked for: "NAME", or "NAMESPACE/NAME".
struct Bucket {
  std::string_view name_space;  // empty: any
  std::string_view name;

  explicit Bucket(std::string_view asked) : name(asked) {
    const auto slash = asked.find('/');
    if (slash == asked.npos) return;
    name_space = asked.substr(0, slash);
    name = asked.substr(slash + 1);
  }

  // Whether the request makes it: POST /n/NAMESPACE/b, with its name in the body.
  bool made_by(ledger::schema::Request::Reader request) const {
    const auto path = view(request.getPath());
    if (view(request.getMethod()) != "POST" || !path.starts_with("/n/") || !path.ends_with("/b"))
      return false;
    if (!name_space.empty() && path != "/n/" + percent_encode(name_space) + "/b") return false;
    const auto body = parse_json(view(request.getBody()));
    return body && text(&*body, "name") == name;
  }

  // Whether the request is about it or what is in it.
  bool named_by(ledger::schema::Request::Reader request) const {
    const auto path = view(request.getPath());
    const std::string part = "/b/" + percent_encode(name);
    const auto at = path.find(part);
    if (!path.starts_with("/n/") || at == path.npos) return false;
    if (!name_space.empty() && path.substr(0, at) != "/n/" + percent_encode(name_space))
      return false;
    const auto rest = path.substr(at + part.size());
    return rest.empty() || rest.front() == '/';
  }
};

// A bucket that was there before: the first request about it, and those that followed in the same
// migration.
std::optional<Traced> trace_named(const ledger::EventStore& store, std::string_view asked,
                                  Position until) {
  const Bucket bucket(asked);
  const auto term = ledger::Term::resource(bucket.name);
  Traced traced;
  ledger::StreamId stream = 0;
  for (const auto cursor = store.find(std::span(&term, 1), 1, until); cursor->next();) {
    const auto event = cursor->event();
    if (!event.getBody().isIntent()) continue;
    if (!bucket.named_by(event.getBody().getIntent().getRequest())) continue;
    if (traced.made == 0) {
      traced.made = event.getPosition();
      traced.name = bucket.name;
      traced.only_named = true;
      stream = event.getStream();
    } else if (event.getStream() == stream) {
      traced.became.push_back(event.getPosition());
    }
  }
  if (traced.made == 0) return std::nullopt;
  return traced;
}

}  // namespace

std::vector<Position> events_behind(const ledger::EventStore& store, Position target) {
  const auto at = store.scan(target, target);
  if (target == 0 || !at->next()) return {};
  const ledger::StreamId stream = at->event().getStream();
  std::map<Position, Node> nodes;
  for (const auto cursor = store.scan_stream(stream); cursor->next();) {
    if (cursor->event().getPosition() > target) break;
    nodes.emplace(cursor->event().getPosition(), node_of(cursor->event()));
  }
  // All that it goes back to. What lies in another stream is told, and goes back no further.
  std::set<Position> reached{target};
  std::vector<Position> open{target};
  while (!open.empty()) {
    const auto node = nodes.find(open.back());
    open.pop_back();
    if (node == nodes.end()) continue;
    for (const Position position : node->second.reacts_to)
      if (reached.insert(position).second) open.push_back(position);
  }
  const StepIndex step = nodes.at(target).step;
  std::vector<Position> told;
  bool after_observation = false;
  for (const Position position : reached) {
    const auto node = nodes.find(position);
    const bool here = node == nodes.end() || position == target || node->second.concludes ||
                      (step != ledger::kNoStep && node->second.step == step);
    if (!here) continue;
    const bool observed = node != nodes.end() && node->second.observed;
    if (observed && after_observation) told.pop_back();
    after_observation = observed;
    told.push_back(position);
  }
  return told;
}

std::optional<Traced> trace_resource(const ledger::EventStore& store, std::string_view asked,
                                     Position until) {
  Traced traced;
  ledger::StreamId stream = 0;
  StepIndex made_by = ledger::kNoStep;
  std::set<Position> about;
  std::set<Position> makes_bucket;  // intents
  const Bucket bucket(asked);
  if (until == 0) return std::nullopt;
  for (const auto cursor = store.scan(1, until); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (traced.made != 0) {
      if (event.getStream() == stream && is_about(event, traced, made_by, about))
        traced.became.push_back(event.getPosition());
      continue;
    }
    if (body.isOutcome()) {
      const auto outcome = body.getOutcome();
      if (outcome.getResult() != Outcome::Result::SUCCEEDED) continue;
      traced.name = fact_asked(outcome.getFacts(), asked);
      if (makes_bucket.count(outcome.getIntent()) != 0) traced.name = bucket.name;
      if (traced.name.empty()) continue;
      traced.intent = outcome.getIntent();
      made_by = outcome.getStep();
    } else if (body.isIntent() && is_asked(view(body.getIntent().getKey()), asked)) {
      traced.name = view(body.getIntent().getKey());
      traced.intent = event.getPosition();
      made_by = body.getIntent().getStep();
      about.insert(event.getPosition());
    } else {
      if (body.isIntent() && bucket.made_by(body.getIntent().getRequest()))
        makes_bucket.insert(event.getPosition());
      continue;
    }
    traced.made = event.getPosition();
    stream = event.getStream();
  }
  if (traced.made == 0) return trace_named(store, asked, until);
  return traced;
}

}  // namespace migledger::workflow
