#include "cli/history/history_source.h"

#include <algorithm>

namespace migledger::cli {

namespace {

using ledger::EventCursor;
using ledger::Position;

constexpr Position kFirstWindow = 256;
constexpr Position kLargestWindow = 16'384;        // all that is in it may have to be held
constexpr Position kLargestSearched = 256 * 1024;  // where an index leads to a few of them

// The events of some streams, in order of positions.
class StreamsCursor : public EventCursor {
 public:
  StreamsCursor(const ledger::EventStore& store, const std::vector<ledger::StreamId>& streams,
                Position first, Position last)
      : first_(first), last_(last) {
    for (const auto stream : streams) {
      cursors_.push_back(store.scan_stream(stream));
      advance(cursors_.back());
    }
  }

  bool next() override {
    if (current_ < cursors_.size()) advance(cursors_[current_]);
    current_ = cursors_.size();
    for (std::size_t i = 0; i < cursors_.size(); ++i)
      if (cursors_[i] && (current_ == cursors_.size() || at(i) < at(current_))) current_ = i;
    return current_ < cursors_.size();
  }
  ledger::schema::Event::Reader event() const override { return cursors_[current_]->event(); }
  std::span<const std::byte> bytes() const override { return cursors_[current_]->bytes(); }

 private:
  Position at(std::size_t i) const { return cursors_[i]->event().getPosition(); }

  // Null when there is nothing more.
  void advance(std::unique_ptr<EventCursor>& cursor) const {
    while (cursor->next()) {
      const Position position = cursor->event().getPosition();
      if (position > last_) break;
      if (position >= first_) return;
    }
    cursor.reset();
  }

  const Position first_;
  const Position last_;
  std::vector<std::unique_ptr<EventCursor>> cursors_;
  std::size_t current_ = ~std::size_t{0};
};

bool is_one_of(ledger::StreamId stream, const std::vector<ledger::StreamId>& streams) {
  return std::find(streams.begin(), streams.end(), stream) != streams.end();
}

}  // namespace

HistorySource::HistorySource(const ledger::EventStore& store, const HistoryFilter& filter,
                             Names& names, std::optional<std::vector<ledger::StreamId>> streams,
                             const Bounds& bounds)
    : store_(&store),
      filter_(filter),
      names_(names),
      streams_(std::move(streams)),
      bounds_(bounds),
      window_(kFirstWindow) {}

HistorySource::~HistorySource() = default;

std::unique_ptr<EventCursor> HistorySource::open(Position first, Position last) const {
  const bool by_terms = !filter_.terms().empty() && (!streams_ || filter_.terms_are_few());
  if (by_terms) return store_->find(filter_.terms(), first, last);
  if (streams_) return std::make_unique<StreamsCursor>(*store_, *streams_, first, last);
  return store_->scan(first, last);
}

bool HistorySource::next() { return bounds_.reverse ? next_backward() : next_forward(); }

bool HistorySource::next_forward() {
  if (bounds_.first > bounds_.last) return false;
  if (!cursor_) cursor_ = open(bounds_.first, bounds_.last);
  while (cursor_->next()) {
    const auto event = cursor_->event();
    names_.learn(event);
    if (streams_ && !is_one_of(event.getStream(), *streams_)) continue;
    if (filter_.matches(event, cursor_->bytes(), names_)) {
      event_ = event;
      return true;
    }
  }
  cursor_.reset();
  bounds_.first = bounds_.last + 1;
  return false;
}

void HistorySource::fill_backward() {
  const bool searched = !filter_.terms().empty();
  const bool whole = streams_ && !(searched && filter_.terms_are_few());
  while (held_.empty() && bounds_.first <= bounds_.last) {
    // A stream can only be read from its begin.
    const Position size = whole ? bounds_.last : window_;
    const Position first = std::max(bounds_.first, bounds_.last - std::min(bounds_.last, size) + 1);
    for (const auto cursor = open(first, bounds_.last); cursor->next();) {
      const auto event = cursor->event();
      if (streams_ && !is_one_of(event.getStream(), *streams_)) continue;
      const auto bytes = cursor->bytes();
      if (filter_.matches(event, bytes, names_)) held_.emplace_back(bytes.begin(), bytes.end());
    }
    bounds_.last = first - 1;
    window_ = std::min(window_ * 2, searched ? kLargestSearched : kLargestWindow);
  }
}

bool HistorySource::next_backward() {
  if (held_.empty()) fill_backward();
  if (held_.empty()) return false;
  shown_ = std::move(held_.back());
  held_.pop_back();
  event_ = decoder_.decode(shown_);
  return true;
}

ledger::schema::Event::Reader HistorySource::event() const { return event_; }

std::span<const std::byte> HistorySource::bytes() const {
  return bounds_.reverse ? std::span<const std::byte>(shown_) : cursor_->bytes();
}

void HistorySource::follow(const ledger::EventStore& store, Position last) {
  cursor_.reset();
  store_ = &store;
  bounds_.last = last;
}

}  // namespace migledger::cli
