// MemoryEventStore: an EventStore without a disk, with the same rules, for rehearsals that keep
// nothing. It keeps encoded bytes: what is read has been through the codec.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/event/event_store.h"
#include "ledger/store/sequencer.h"

namespace migledger::ledger {

class MemoryEventStore : public EventStore, private StreamLookup {
 public:
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  // Called with the position of the last event of an append: before anything is stored, and after
  // everything is. What they throw leaves append: a crash right before or right after the sync.
  std::function<void(Position)> before_append;
  std::function<void(Position)> after_append;

  Position append(std::span<EventDraft> drafts) override;
  Head head() const override;
  std::unique_ptr<EventCursor> scan(Position from, Position to) const override;
  std::unique_ptr<EventCursor> scan_stream(StreamId stream,
                                           std::uint64_t from_version) const override;
  std::uint64_t stream_version(StreamId stream) const override;
  std::optional<StreamId> find_stream(std::string_view migration) const override;

  // Takes over the events of `other`, as stored, up to its head. Only while this store is empty.
  void take_over(const EventStore& other);

  // Forgets every event after `head`: a ledger restored from an older copy.
  void truncate(Position head);

  // A store of its own that holds the same events, without the hooks.
  std::unique_ptr<MemoryEventStore> copy() const;

 private:
  std::uint64_t version_of(StreamId stream) const override;
  std::optional<StreamId> stream_named(std::string_view migration) const override;

  mutable std::mutex mutex_;
  Head head_;
  std::vector<Bytes> events_;  // by position - 1
  std::map<StreamId, std::vector<Position>> streams_;
  std::map<std::string, StreamId, std::less<>> names_;
};

}  // namespace migledger::ledger
