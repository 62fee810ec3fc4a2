// EventStore: the port to the log. What appends return for is on disk; what is read is what was
// appended, densely, or an error says where it is not.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/errors.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

struct Term;  // terms.h

struct Head {
  Position position = 0;  // 0: empty
  Time time{};            // of the last event
};

// Reads events in ascending order. Throws LedgerError(corrupt) on a gap, a bad checksum or bytes
// that are not an event.
class EventCursor {
 public:
  virtual ~EventCursor() = default;
  // Moves to the next event; false at the end.
  virtual bool next() = 0;
  // Valid until the next call of next().
  virtual schema::Event::Reader event() const = 0;
  virtual std::span<const std::byte> bytes() const = 0;
};

class EventStore {
 public:
  virtual ~EventStore() = default;

  // Appends all drafts, in order, in one atomic batch and one sync; returns the position of the
  // last. The headers of the drafts are complete afterwards. May be called from several threads;
  // calls that are ready together share a sync. Throws VersionConflict (nothing was appended),
  // LedgerError(too_large) (nothing was appended) or LedgerError(disk) (outcome unknown: the store
  // accepts nothing more until it is opened again).
  virtual Position append(std::span<EventDraft> drafts) = 0;

  // The head of what was appended, or at opening for a read-only store.
  virtual Head head() const = 0;

  // Events with from <= position <= to.
  virtual std::unique_ptr<EventCursor> scan(Position from, Position to = ~Position{0}) const = 0;

  // Events of one stream whose version is at least `from_version`.
  virtual std::unique_ptr<EventCursor> scan_stream(StreamId stream,
                                                   std::uint64_t from_version = 1) const = 0;

  // Events that bear at least one of the terms, with from <= position <= to. What scan() would
  // find, sooner where the store has an index.
  virtual std::unique_ptr<EventCursor> find(std::span<const Term> terms, Position from,
                                            Position to = ~Position{0}) const;

  // The version of the stream's last event; 0 when there is no such stream.
  virtual std::uint64_t stream_version(StreamId stream) const = 0;

  // The migration of that name.
  virtual std::optional<StreamId> find_stream(std::string_view migration) const = 0;

  Position append_one(EventDraft& draft) { return append(std::span(&draft, 1)); }
};

}  // namespace migledger::ledger
