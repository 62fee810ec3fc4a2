#include "ledger/sequencer.h"

#include <algorithm>

#include "ledger/codec.h"
#include "ledger/planted.h"

namespace migledger::ledger {

std::uint64_t Sequencer::version_of(StreamId stream, const Changes& unit) const {
  if (const auto found = unit.versions.find(stream); found != unit.versions.end())
    return found->second;
  if (const auto found = group_.versions.find(stream); found != group_.versions.end())
    return found->second;
  return log_.version_of(stream);
}

bool Sequencer::taken(const std::string& migration, const Changes& unit) const {
  return unit.names.contains(migration) || group_.names.contains(migration) ||
         log_.stream_named(migration).has_value();
}

StampedEvent Sequencer::stamp(EventDraft& draft, Head& head, Changes& unit) const {
  const auto refuse = [](const std::string& why) -> LedgerError {
    return {LedgerErrorKind::refused, why + "; nothing was appended"};
  };
  StampedEvent event;
  event.position = head.position + 1;
  const bool is_new = draft.stream() == kNewStream;
  const bool starts = draft.body().which() == schema::Event::Body::MIGRATION_STARTED;
  if (is_new != starts)
    throw refuse(is_new ? "a new stream must begin with migrationStarted"
                        : "migrationStarted must begin a new stream");
  event.stream = is_new ? event.position : draft.stream();
  const std::uint64_t version = is_new ? 0 : version_of(event.stream, unit);
  if (draft.expected_version && *draft.expected_version != version)
    throw VersionConflict(event.stream, *draft.expected_version, version);
  if (version == 0 && !is_new && event.stream != kLedgerStream)
    throw refuse("there is no stream " + std::to_string(event.stream));
  event.version = version + 1;
  if (starts) {
    event.migration = view(draft.body().getMigrationStarted().asReader().getName());
    if (event.migration.empty()) throw refuse("a migration needs a name");
    if (taken(event.migration, unit))
      throw refuse("there is already a migration named '" + event.migration + "'");
    unit.names.emplace(event.migration, event.stream);
  }
  unit.versions[event.stream] = event.version;

  auto header = draft.header();
  const Time time = std::max(time_from_micros(header.getRawTime()), head.time);
  header.setPosition(event.position);
  header.setStream(event.stream);
  header.setVersion(event.version);
  header.setTime(to_micros(time));
  event.bytes = encode(header.asReader());
  head = {event.position, time};
  return event;
}

void Sequencer::stamp(std::span<EventDraft> drafts, std::vector<StampedEvent>& out) {
  const std::size_t before = out.size();
  Head head = head_;
  Changes unit;
  try {
    for (EventDraft& draft : drafts) out.push_back(stamp(draft, head, unit));
    if (drafts.size() > 1 && planted(PlantedBug::drop_last_of_batch)) out.pop_back();
  } catch (...) {
    out.resize(before);
    throw;
  }
  head_ = head;
  for (const auto& [stream, version] : unit.versions) group_.versions[stream] = version;
  group_.names.merge(unit.names);
}

}  // namespace migledger::ledger
