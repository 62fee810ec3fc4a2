#include "ledger/store/sequencer.h"

#include <algorithm>

#include "ledger/base/planted.h"
#include "ledger/event/codec.h"

namespace migledger::ledger {

namespace {

// Any that is nowhere 0, so that no part of the encoding is left out for it.
constexpr Place kSomewhere{1, 1, 1, Time{std::chrono::microseconds(1)}};

LedgerError refusal(const std::string& why) {
  return {LedgerErrorKind::refused, why + "; nothing was appended"};
}

void set_header(EventDraft& draft, const Place& place) {
  auto header = draft.header();
  header.setPosition(place.position);
  header.setStream(place.stream);
  header.setVersion(place.version);
  header.setTime(to_micros(place.time));
}

}  // namespace

std::vector<StampedEvent> Sequencer::prepare(std::span<EventDraft> drafts) {
  std::vector<StampedEvent> events(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    EventDraft& draft = drafts[i];
    StampedEvent& event = events[i];
    const bool is_new = draft.stream() == kNewStream;
    const bool starts = draft.body().which() == schema::Event::Body::MIGRATION_STARTED;
    if (is_new != starts)
      throw refusal(is_new ? "a new stream must begin with migrationStarted"
                           : "migrationStarted must begin a new stream");
    if (starts) {
      event.migration = view(draft.body().getMigrationStarted().asReader().getName());
      if (event.migration.empty()) throw refusal("a migration needs a name");
    }
    set_header(draft, kSomewhere);
    event.bytes = encode(draft.reader());
  }
  return events;
}

std::uint64_t Sequencer::version_of(StreamId stream) const {
  const auto found = versions_.find(stream);
  return found != versions_.end() ? found->second : log_.version_of(stream);
}

bool Sequencer::taken(const std::string& migration) const {
  return names_.contains(migration) || log_.stream_named(migration).has_value();
}

void Sequencer::stamp(EventDraft& draft, StampedEvent& event, Head& head) {
  event.position = head.position + 1;
  const bool is_new = draft.stream() == kNewStream;
  event.stream = is_new ? event.position : draft.stream();
  const std::uint64_t version = is_new ? 0 : version_of(event.stream);
  if (draft.expected_version && *draft.expected_version != version)
    throw VersionConflict(event.stream, *draft.expected_version, version);
  if (version == 0 && !is_new && event.stream != kLedgerStream)
    throw refusal("there is no stream " + std::to_string(event.stream));
  event.version = version + 1;
  if (is_new) {
    if (taken(event.migration))
      throw refusal("there is already a migration named '" + event.migration + "'");
    new_names_.push_back(event.migration);
    names_.emplace(event.migration, event.stream);
  }
  const auto [entry, added] = versions_.try_emplace(event.stream, event.version);
  old_versions_.emplace_back(event.stream, added ? 0 : entry->second);
  entry->second = event.version;

  const Time time = std::max(time_from_micros(draft.reader().getRawTime()), head.time);
  const Place place{event.position, event.stream, event.version, time};
  set_header(draft, place);
  if (!set_place(event.bytes, place)) event.bytes = encode(draft.reader());
  head = {event.position, time};
}

void Sequencer::stamp(std::span<EventDraft> drafts, std::vector<StampedEvent>& events) {
  Head head = head_;
  old_versions_.clear();
  new_names_.clear();
  try {
    for (std::size_t i = 0; i < drafts.size(); ++i) stamp(drafts[i], events[i], head);
  } catch (...) {
    for (auto old = old_versions_.rbegin(); old != old_versions_.rend(); ++old) {
      if (old->second == 0) {
        versions_.erase(old->first);
      } else {
        versions_[old->first] = old->second;
      }
    }
    for (const auto& name : new_names_) names_.erase(name);
    throw;
  }
  if (drafts.size() > 1 && planted(PlantedBug::drop_last_of_batch)) events.pop_back();
  head_ = head;
}

void Sequencer::forget_names(Position up_to) {
  std::erase_if(names_, [&](const auto& name) { return name.second <= up_to; });
}

}  // namespace migledger::ledger
