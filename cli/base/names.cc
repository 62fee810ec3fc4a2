#include "cli/base/names.h"

namespace migledger::cli {

namespace {

using namespace ledger::schema;
using ledger::view;

std::string actor_of(SessionOpened::Reader session) {
  return std::string(view(session.getUser())) + "@" + std::string(view(session.getHost()));
}

// A cursor on that event; null when there is none.
std::unique_ptr<ledger::EventCursor> event_at(const ledger::EventStore& store,
                                              ledger::Position position) {
  if (position == 0 || position > store.head().position) return nullptr;
  auto cursor = store.scan(position, position);
  return cursor->next() ? std::move(cursor) : nullptr;
}

// "/20160918/images/ocid1…" without the version; "/n/ns/b/bucket" without the slash.
std::string_view plain_path(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t digits = path.find_first_not_of("0123456789");
  if (digits == 8 && path[digits] == '/') path.remove_prefix(digits + 1);
  return path;
}

}  // namespace

std::string last_words(const ledger::EventStore& store, ledger::Position until) {
  // After it come a signed checkpoint and what people asked for while nobody ran.
  constexpr ledger::Position kLast = 64;
  std::string words;
  if (until == 0) return words;
  for (const auto cursor = store.scan(until > kLast ? until - kLast : 1, until); cursor->next();)
    if (cursor->event().getBody().isSessionClosed())
      words = ledger::view(cursor->event().getBody().getSessionClosed().getReason());
  return words;
}

std::string request_words(Request::Reader request) {
  std::string words(view(request.getMethod()));
  words.append(" ").append(plain_path(view(request.getPath())));
  return words.append(" (").append(view(request.getRegion())).append(")");
}

LedgerFacts ledger_facts(const ledger::EventStore& store) {
  LedgerFacts facts;
  const auto cursor = event_at(store, 1);
  if (!cursor || !cursor->event().getBody().isLedgerCreated()) return facts;
  const auto created = cursor->event().getBody().getLedgerCreated();
  facts.id = view(created.getLedgerId());
  facts.cloud = view(created.getCloud());
  facts.tenancy = view(created.getTenancy());
  return facts;
}

Names::Stream Names::read(MigrationStarted::Reader started) {
  const auto steps = started.getSteps();
  bool same = steps.size() == last_steps_->size();
  for (unsigned i = 0; same && i < steps.size(); ++i) same = view(steps[i]) == (*last_steps_)[i];
  if (!same) {
    auto names = std::make_shared<std::vector<std::string>>();
    for (const auto name : steps) names->emplace_back(view(name));
    last_steps_ = std::move(names);
  }
  return {std::string(view(started.getName())), last_steps_};
}

void Names::learn(Event::Reader event) {
  const auto body = event.getBody();
  if (body.isMigrationStarted()) {
    streams_.try_emplace(event.getPosition(), read(body.getMigrationStarted()));
  } else if (body.isSessionOpened()) {
    actors_.try_emplace(event.getPosition(), actor_of(body.getSessionOpened()));
  }
}

const Names::Stream& Names::stream(ledger::StreamId id) {
  const auto known = streams_.find(id);
  if (known != streams_.end()) return known->second;
  Stream found{{}, std::make_shared<std::vector<std::string>>()};
  const auto cursor = event_at(*store_, id);
  if (cursor && cursor->event().getBody().isMigrationStarted())
    found = read(cursor->event().getBody().getMigrationStarted());
  return streams_.emplace(id, std::move(found)).first->second;
}

const std::string& Names::migration(ledger::StreamId id) { return stream(id).name; }

std::string Names::step(ledger::StreamId id, std::uint16_t step) {
  const auto& steps = *stream(id).steps;
  return step < steps.size() ? steps[step] : "?";
}

std::size_t Names::step_count(ledger::StreamId id) { return stream(id).steps->size(); }

const std::string& Names::actor(ledger::Position session) {
  const auto known = actors_.find(session);
  if (known != actors_.end()) return known->second;
  std::string found = "?";
  const auto cursor = event_at(*store_, session);
  if (cursor && cursor->event().getBody().isSessionOpened())
    found = actor_of(cursor->event().getBody().getSessionOpened());
  return actors_.emplace(session, std::move(found)).first->second;
}

std::string Names::request(ledger::Position intent) const {
  const auto cursor = event_at(*store_, intent);
  if (!cursor || !cursor->event().getBody().isIntent()) return {};
  return request_words(cursor->event().getBody().getIntent().getRequest());
}

}  // namespace migledger::cli
