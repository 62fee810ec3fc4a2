// Sequencer: gives drafts their place in the log. The rules of the header of an event (position,
// stream, version, time) and of what may be appended at all stand here once, for every store.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::ledger {

// What the sequencer must know about the events that are already in the log.
class StreamLookup {
 public:
  virtual ~StreamLookup() = default;
  // The version of the stream's last event; 0 when there is none.
  virtual std::uint64_t version_of(StreamId stream) const = 0;
  // The stream of the migration of that name.
  virtual std::optional<StreamId> stream_named(std::string_view migration) const = 0;
};

// An event as it will be stored.
struct StampedEvent {
  Position position = 0;
  StreamId stream = 0;
  std::uint64_t version = 0;
  std::string migration;         // its name, when this event starts a migration; otherwise empty
  std::vector<std::byte> bytes;  // canonical (codec.h)
};

// Serves one append after the other. What it has stamped counts as being in the log for what comes
// next, also while it is still on its way there.
class Sequencer {
 public:
  // `log` must outlive the sequencer. `head` is the last event in the log.
  Sequencer(const StreamLookup& log, Head head) : log_(log), head_(head) {}

  // The events of `drafts` but for their places: what is most of the work needs no order, and may
  // be done by many at once. Throws:
  //   LedgerError(too_large)    an event is over the limit;
  //   LedgerError(refused)      a migrationStarted that is not the first event of a new stream.
  static std::vector<StampedEvent> prepare(std::span<EventDraft> drafts);

  // Gives `events`, prepared of `drafts`, their places, and fills the headers of `drafts`. Throws,
  // with the sequencer as it was:
  //   VersionConflict           a stream is not at its expected version;
  //   LedgerError(too_large)    an event is over the limit;
  //   LedgerError(refused)      a stream that does not exist, or a second migration of one name.
  void stamp(std::span<EventDraft> drafts, std::vector<StampedEvent>& events);

  // The last event stamped, or the head given.
  Head head() const { return head_; }

  // The log can be asked for names up to there.
  void forget_names(Position up_to);

 private:
  void stamp(EventDraft& draft, StampedEvent& event, Head& head);
  std::uint64_t version_of(StreamId stream) const;
  bool taken(const std::string& migration) const;

  const StreamLookup& log_;
  Head head_;
  std::unordered_map<StreamId, std::uint64_t> versions_;  // of streams that were appended to
  std::unordered_map<std::string, StreamId> names_;       // that the log may not know yet
  // Of one append, to take it back: streams with the versions they had, 0 for one not in versions_;
  // and names.
  std::vector<std::pair<StreamId, std::uint64_t>> old_versions_;
  std::vector<std::string> new_names_;
};

}  // namespace migledger::ledger
