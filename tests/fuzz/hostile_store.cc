#include "tests/fuzz/hostile_store.h"

#include <kj/exception.h>

#include <algorithm>
#include <cstring>

#include "ledger/event/codec.h"
#include "tests/fuzz/target.h"

namespace migledger::fuzz {

using ledger::LedgerError;
using ledger::LedgerErrorKind;
using ledger::Position;
using ledger::StreamId;

namespace {

// Writes `position` where a canonical event has it: in the word after its root pointer.
void put_position(std::vector<std::byte>& bytes, Position position) {
  constexpr std::size_t kWord = 8;
  if (bytes.size() < 2 * kWord) return;
  std::memcpy(bytes.data() + kWord, &position, sizeof position);
}

}  // namespace

class HostileStore::Cursor : public ledger::EventCursor {
 public:
  // `first_version`: of the first of `positions`; 0: versions are not looked at.
  Cursor(const HostileStore& store, std::vector<Position> positions, std::uint64_t first_version)
      : store_(store), positions_(std::move(positions)), version_(first_version) {}

  bool next() override {
    if (next_ == positions_.size()) return false;
    const Position position = positions_[next_++];
    bytes_ = store_.events_[position - 1];
    event_ = decoder_.decode(bytes_);
    if (event_.getPosition() != position || (version_ != 0 && event_.getVersion() != version_++))
      throw LedgerError(LedgerErrorKind::corrupt, "not dense");
    return true;
  }
  ledger::schema::Event::Reader event() const override { return event_; }
  std::span<const std::byte> bytes() const override { return bytes_; }

 private:
  const HostileStore& store_;
  std::vector<Position> positions_;
  std::uint64_t version_;
  std::size_t next_ = 0;
  std::span<const std::byte> bytes_;
  ledger::Decoder decoder_;
  ledger::schema::Event::Reader event_;
};

HostileStore::HostileStore(const std::vector<std::string_view>& events) {
  ledger::Decoder decoder;
  for (const auto text : events) {
    const auto bytes = std::as_bytes(std::span(text));
    std::vector<std::byte> event(bytes.begin(), bytes.end());
    const Position position = events_.size() + 1;
    put_position(event, position);
    try {
      const auto reader = decoder.decode(event);
      if (reader.getPosition() != position) continue;
      if (reader.getBody().isMigrationStarted())
        names_.emplace(ledger::view(reader.getBody().getMigrationStarted().getName()),
                       reader.getStream());
      streams_[reader.getStream()].push_back(position);
      events_.push_back(std::move(event));
    } catch (const LedgerError& error) {
      promise(error.kind == LedgerErrorKind::corrupt, error.what());
    } catch (const kj::Exception&) {
    }
  }
}

Position HostileStore::append(std::span<ledger::EventDraft>) {
  throw Broken{"a command that reads has appended"};
}

ledger::Head HostileStore::head() const {
  if (events_.empty()) return {};
  ledger::Decoder decoder;
  return {events_.size(), time_from_micros(decoder.decode(events_.back()).getTime())};
}

std::unique_ptr<ledger::EventCursor> HostileStore::scan(Position from, Position to) const {
  std::vector<Position> positions;
  for (Position at = std::max<Position>(from, 1); at <= std::min<Position>(to, events_.size());
       ++at)
    positions.push_back(at);
  return std::make_unique<Cursor>(*this, std::move(positions), 0);
}

std::unique_ptr<ledger::EventCursor> HostileStore::scan_stream(StreamId stream,
                                                               std::uint64_t from_version) const {
  const std::uint64_t first = std::max<std::uint64_t>(from_version, 1);
  std::vector<Position> positions;
  if (const auto found = streams_.find(stream); found != streams_.end())
    for (std::uint64_t at = first - 1; at < found->second.size(); ++at)
      positions.push_back(found->second[at]);
  return std::make_unique<Cursor>(*this, std::move(positions), first);
}

std::uint64_t HostileStore::stream_version(StreamId stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.size();
}

std::optional<StreamId> HostileStore::find_stream(std::string_view migration) const {
  const auto found = names_.find(migration);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

}  // namespace migledger::fuzz
