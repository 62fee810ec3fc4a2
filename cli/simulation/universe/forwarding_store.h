// ForwardingStore: an event store that passes everything on to another; who derives from it changes
// what is of interest.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "ledger/event/event_store.h"

namespace migledger::simulation {

class ForwardingStore : public ledger::EventStore {
 public:
  explicit ForwardingStore(std::unique_ptr<ledger::EventStore> store) : store_(std::move(store)) {}

  ledger::Position append(std::span<ledger::EventDraft> drafts) override {
    return store_->append(drafts);
  }
  ledger::Head head() const override { return store_->head(); }
  std::unique_ptr<ledger::EventCursor> scan(ledger::Position from,
                                            ledger::Position to) const override {
    return store_->scan(from, to);
  }
  std::unique_ptr<ledger::EventCursor> scan_stream(ledger::StreamId stream,
                                                   std::uint64_t from_version) const override {
    return store_->scan_stream(stream, from_version);
  }
  std::unique_ptr<ledger::EventCursor> find(std::span<const ledger::Term> terms,
                                            ledger::Position from,
                                            ledger::Position to) const override {
    return store_->find(terms, from, to);
  }
  std::uint64_t stream_version(ledger::StreamId stream) const override {
    return store_->stream_version(stream);
  }
  std::optional<ledger::StreamId> find_stream(std::string_view migration) const override {
    return store_->find_stream(migration);
  }

 protected:
  std::unique_ptr<ledger::EventStore> store_;
};

}  // namespace migledger::simulation
