// Events in memory: drafts to append, and stored bytes to read.
#pragma once

#include <capnp/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/time.h"
#include "ledger/event/event.capnp.h"
#include "ledger/event/fields.h"

namespace migledger::ledger {

// The version of everything in FORMAT.md that this program reads and writes.
inline constexpr std::uint32_t kFormat = 1;

using Position = std::uint64_t;  // from 1; 0 is the empty ledger
using StreamId = std::uint64_t;  // the position of the stream's first event
// "position 7", for messages.
std::string position_words(Position position);

inline constexpr StreamId kLedgerStream = 0;
inline constexpr StreamId kNewStream = ~StreamId{0};
inline constexpr std::size_t kMaxEventBytes = 65535;

// An event to be appended. The caller fills the body; the store fills the header when it appends.
class EventDraft {
 public:
  // `stream` is kNewStream for the first event of a migration, which must be a migrationStarted.
  // `time` is what the injected clock reads.
  EventDraft(StreamId stream, Time time, Position session, Position cause = 0);
  EventDraft(EventDraft&&) noexcept = default;
  EventDraft& operator=(EventDraft&&) noexcept = default;

  schema::Event::Body::Builder body() { return event_.getBody(); }
  StreamId stream() const { return stream_; }

  // The version the stream must have before this event; unset: whatever it has.
  std::optional<std::uint64_t> expected_version;

  // Complete once appended.
  schema::Event::Reader reader() const { return event_.asReader(); }

  // For the store.
  schema::Event::Builder header() { return event_; }

 private:
  StreamId stream_;
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  mutable schema::Event::Builder event_;
};

void fill(capnp::List<schema::Field>::Builder list, const Fields& fields);

// The number of fields, as capnp's init functions want it.
inline unsigned count(const Fields& fields) { return static_cast<unsigned>(fields.size()); }

// Adds every field of `list` to `fields`.
void merge(Fields& fields, capnp::List<schema::Field>::Reader list);

inline std::string_view view(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

}  // namespace migledger::ledger
