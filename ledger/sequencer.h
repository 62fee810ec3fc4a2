// Sequencer: gives drafts their place in the log. The rules of the header of an event (position,
// stream, version, time) and of what may be appended at all stand here once, for every store.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/event_store.h"

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

// Serves the appends of one group, one after the other; made anew for the next group.
class Sequencer {
 public:
  // `log` must outlive the sequencer. `head` is the last event in the log.
  Sequencer(const StreamLookup& log, Head head) : log_(log), head_(head) {}

  // Fills the headers of `drafts` and adds one stamped event a draft to `out`. Throws, with `out`
  // and the sequencer as they were:
  //   VersionConflict           a stream is not at its expected version;
  //   LedgerError(too_large)    an event is over the limit;
  //   LedgerError(refused)      a stream that does not exist, a second migration of one name, or a
  //                             migrationStarted that is not the first event of a new stream.
  void stamp(std::span<EventDraft> drafts, std::vector<StampedEvent>& out);

  // The last event stamped, or the head given.
  Head head() const { return head_; }

  // The versions of the streams touched so far.
  const std::unordered_map<StreamId, std::uint64_t>& versions() const { return group_.versions; }

 private:
  struct Changes {
    std::unordered_map<StreamId, std::uint64_t> versions;
    std::unordered_map<std::string, StreamId> names;
  };

  StampedEvent stamp(EventDraft& draft, Head& head, Changes& unit) const;
  std::uint64_t version_of(StreamId stream, const Changes& unit) const;
  bool taken(const std::string& migration, const Changes& unit) const;

  const StreamLookup& log_;
  Head head_;
  Changes group_;
};

}  // namespace migledger::ledger
