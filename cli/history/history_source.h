// HistorySource: the events of one ledger that history is asked for, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cli/base/names.h"
#include "cli/history/history_filter.h"
#include "ledger/event/codec.h"
#include "ledger/event/event_store.h"

namespace migledger::cli {

class HistorySource {
 public:
  struct Bounds {
    ledger::Position first = 1;
    ledger::Position last = 0;
    bool reverse = false;  // the newest first
  };

  // `streams`: of the migrations asked for; nothing: all events. All references must outlive it,
  // or be replaced with follow().
  HistorySource(const ledger::EventStore& store, const HistoryFilter& filter, Names& names,
                std::optional<std::vector<ledger::StreamId>> streams, const Bounds& bounds);
  ~HistorySource();

  // Moves to the next event; false when there is none up to the last position.
  bool next();
  // Valid until the next call of next() or follow().
  ledger::schema::Event::Reader event() const;
  std::span<const std::byte> bytes() const;

  // Goes on, after the last position, with a later opening of the ledger; not in reverse. Before
  // the former opening is closed.
  void follow(const ledger::EventStore& store, ledger::Position last);

 private:
  bool next_forward();
  bool next_backward();
  void fill_backward();
  std::unique_ptr<ledger::EventCursor> open(ledger::Position first, ledger::Position last) const;

  const ledger::EventStore* store_;
  const HistoryFilter& filter_;
  Names& names_;
  std::optional<std::vector<ledger::StreamId>> streams_;
  Bounds bounds_;  // of what is still to be read
  std::unique_ptr<ledger::EventCursor> cursor_;

  // In reverse: a window of events is read forward, and then handed out from its end.
  ledger::Position window_;
  std::vector<std::vector<std::byte>> held_;
  std::vector<std::byte> shown_;
  ledger::Decoder decoder_;
  ledger::schema::Event::Reader event_;
};

}  // namespace migledger::cli
