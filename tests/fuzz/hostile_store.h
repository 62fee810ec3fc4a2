// HostileStore: a ledger as somebody may hand it over whose events were never appended by this
// program. It refuses what the store on disk refuses (positions and versions that are not dense,
// bytes that are not an event), and nothing else.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "ledger/event/event_store.h"

namespace migledger::fuzz {

class HostileStore : public ledger::EventStore {
 public:
  // The bytes of the events. Their positions are put right, where they have one.
  explicit HostileStore(const std::vector<std::string_view>& events);

  ledger::Position append(std::span<ledger::EventDraft> drafts) override;
  ledger::Head head() const override;
  std::unique_ptr<ledger::EventCursor> scan(ledger::Position from,
                                            ledger::Position to) const override;
  std::unique_ptr<ledger::EventCursor> scan_stream(ledger::StreamId stream,
                                                   std::uint64_t from_version) const override;
  std::uint64_t stream_version(ledger::StreamId stream) const override;
  std::optional<ledger::StreamId> find_stream(std::string_view migration) const override;

 private:
  class Cursor;

  std::vector<std::vector<std::byte>> events_;  // by position - 1
  std::map<ledger::StreamId, std::vector<ledger::Position>> streams_;
  std::map<std::string, ledger::StreamId, std::less<>> names_;
};

}  // namespace migledger::fuzz
