#include "ledger/store/memory_event_store.h"

#include <algorithm>

#include "ledger/event/codec.h"

namespace migledger::ledger {

namespace {

// Holds the bytes it reads, so that a store may change under it.
class Cursor : public EventCursor {
 public:
  explicit Cursor(std::vector<MemoryEventStore::Bytes> events) : events_(std::move(events)) {}

  bool next() override {
    if (next_ == events_.size()) return false;
    current_ = events_[next_++];
    event_ = decoder_.decode(*current_);
    return true;
  }
  schema::Event::Reader event() const override { return event_; }
  std::span<const std::byte> bytes() const override { return *current_; }

 private:
  std::vector<MemoryEventStore::Bytes> events_;
  std::size_t next_ = 0;
  MemoryEventStore::Bytes current_;
  Decoder decoder_;
  schema::Event::Reader event_;
};

}  // namespace

Position MemoryEventStore::append(std::span<EventDraft> drafts) {
  const std::lock_guard lock(mutex_);
  if (drafts.empty()) return head_.position;
  Sequencer sequencer(*this, head_);
  auto stamped = Sequencer::prepare(drafts);
  sequencer.stamp(drafts, stamped);
  const Head head = sequencer.head();
  if (before_append) before_append(head.position);
  for (auto& event : stamped) {
    events_.push_back(std::make_shared<const std::vector<std::byte>>(std::move(event.bytes)));
    streams_[event.stream].push_back(event.position);
    if (!event.migration.empty()) names_.emplace(event.migration, event.stream);
  }
  head_ = head;
  if (after_append) after_append(head.position);
  return head.position;
}

Head MemoryEventStore::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::unique_ptr<EventCursor> MemoryEventStore::scan(Position from, Position to) const {
  const std::lock_guard lock(mutex_);
  const std::size_t begin = std::min<std::size_t>(std::max<Position>(from, 1) - 1, events_.size());
  const std::size_t end = std::max(begin, std::min<std::size_t>(to, events_.size()));
  return std::make_unique<Cursor>(
      std::vector<Bytes>(events_.begin() + static_cast<std::ptrdiff_t>(begin),
                         events_.begin() + static_cast<std::ptrdiff_t>(end)));
}

std::unique_ptr<EventCursor> MemoryEventStore::scan_stream(StreamId stream,
                                                           std::uint64_t from_version) const {
  const std::lock_guard lock(mutex_);
  std::vector<Bytes> events;
  if (const auto found = streams_.find(stream); found != streams_.end())
    for (std::size_t i = std::max<std::uint64_t>(from_version, 1) - 1; i < found->second.size();
         ++i)
      events.push_back(events_[found->second[i] - 1]);
  return std::make_unique<Cursor>(std::move(events));
}

std::uint64_t MemoryEventStore::stream_version(StreamId stream) const {
  const std::lock_guard lock(mutex_);
  return version_of(stream);
}

std::optional<StreamId> MemoryEventStore::find_stream(std::string_view migration) const {
  const std::lock_guard lock(mutex_);
  return stream_named(migration);
}

std::uint64_t MemoryEventStore::version_of(StreamId stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.size();
}

std::optional<StreamId> MemoryEventStore::stream_named(std::string_view migration) const {
  const auto found = names_.find(migration);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

void MemoryEventStore::take_over(const EventStore& other) {
  const std::lock_guard lock(mutex_);
  for (const auto cursor = other.scan(1, other.head().position); cursor->next();) {
    const auto event = cursor->event();
    const auto bytes = cursor->bytes();
    events_.push_back(std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end()));
    const StreamId stream = event.getStream();
    streams_[stream].push_back(event.getPosition());
    if (event.getBody().isMigrationStarted())
      names_.emplace(view(event.getBody().getMigrationStarted().getName()), stream);
    head_ = {event.getPosition(), time_from_micros(event.getTime())};
  }
}

void MemoryEventStore::truncate(Position head) {
  const std::lock_guard lock(mutex_);
  if (head >= events_.size()) return;
  events_.resize(head);
  for (auto& [stream, positions] : streams_)
    std::erase_if(positions, [&](Position p) { return p > head; });
  std::erase_if(streams_, [](const auto& stream) { return stream.second.empty(); });
  std::erase_if(names_, [&](const auto& name) { return name.second > head; });
  head_ = {head, Time{}};
  if (head > 0) {
    Decoder decoder;
    head_.time = time_from_micros(decoder.decode(*events_.back()).getTime());
  }
}

std::unique_ptr<MemoryEventStore> MemoryEventStore::copy() const {
  const std::lock_guard lock(mutex_);
  auto other = std::make_unique<MemoryEventStore>();
  other->head_ = head_;
  other->events_ = events_;
  other->streams_ = streams_;
  other->names_ = names_;
  return other;
}

}  // namespace migledger::ledger
