// MemoryEventStore: an EventStore without a disk, with the same rules. It keeps encoded bytes, so
// that what tests read has been through the codec.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/event_store.h"
#include "ledger/sequencer.h"

namespace migledger::testing {

class MemoryEventStore : public ledger::EventStore, private ledger::StreamLookup {
 public:
  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  // Called with the position of the last event of an append: before anything is stored, and after
  // everything is. What they throw leaves append: a crash right before or right after the sync.
  std::function<void(ledger::Position)> before_append;
  std::function<void(ledger::Position)> after_append;

  ledger::Position append(std::span<ledger::EventDraft> drafts) override;
  ledger::Head head() const override;
  std::unique_ptr<ledger::EventCursor> scan(ledger::Position from,
                                            ledger::Position to) const override;
  std::unique_ptr<ledger::EventCursor> scan_stream(ledger::StreamId stream,
                                                   std::uint64_t from_version) const override;
  std::uint64_t stream_version(ledger::StreamId stream) const override;
  std::optional<ledger::StreamId> find_stream(std::string_view migration) const override;

  // Forgets every event after `head`: a ledger restored from an older copy.
  void truncate(ledger::Position head);

  // A store of its own that holds the same events, without the hooks.
  std::unique_ptr<MemoryEventStore> copy() const;

 private:
  std::uint64_t version_of(ledger::StreamId stream) const override;
  std::optional<ledger::StreamId> stream_named(std::string_view migration) const override;

  mutable std::mutex mutex_;
  ledger::Head head_;
  std::vector<Bytes> events_;  // by position - 1
  std::map<ledger::StreamId, std::vector<ledger::Position>> streams_;
  std::map<std::string, ledger::StreamId, std::less<>> names_;
};

}  // namespace migledger::testing
