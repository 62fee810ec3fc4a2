#include "ledger/rocks/rocks_cursor.h"

#include <rocksdb/db.h>

#include "ledger/event/codec.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

// Scans longer than this would push everything else out of the block cache, and gain from reading
// ahead.
constexpr Position kLongScan = 4096;
constexpr std::size_t kReadAhead = 2 << 20;

std::string at(Position position) { return "the event at position " + std::to_string(position); }

[[noreturn]] void corrupt(const Database& database, const std::string& what) {
  throw LedgerError(LedgerErrorKind::corrupt,
                    database.directory.string() + ": " + what +
                        "; the ledger is damaged: restore its directory from a copy");
}

schema::Event::Reader decode(Decoder& decoder, const Database& database, Position position,
                             const rocksdb::Slice& value) {
  schema::Event::Reader event;
  try {
    event = decoder.decode(as_bytes(value));
  } catch (const LedgerError& e) {
    corrupt(database, at(position) + ": " + e.what());
  }
  if (event.getPosition() != position)
    corrupt(database,
            at(position) + " says that it is at position " + std::to_string(event.getPosition()));
  return event;
}

class ScanCursor : public EventCursor {
 public:
  ScanCursor(const Database& database, Position from, Position to)
      : database_(database), next_(from), to_(to) {
    if (from > to) return;
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    if (to - from >= kLongScan) {
      options.readahead_size = kReadAhead;
      options.fill_cache = false;
    }
    iterator_.reset(database.db->NewIterator(options, database.events));
    iterator_->Seek(keys::number(from));
  }

  bool next() override {
    if (next_ > to_) return false;
    if (started_) iterator_->Next();
    started_ = true;
    if (!iterator_->Valid()) {
      if (!iterator_->status().ok()) throw error_of(iterator_->status(), "reading " + at(next_));
      corrupt(database_, at(next_) + " and everything after it is missing");
    }
    const auto position = keys::read_number(iterator_->key().ToStringView());
    if (position != next_) corrupt(database_, at(next_) + " is missing");
    event_ = decode(decoder_, database_, next_, iterator_->value());
    ++next_;
    return true;
  }

  schema::Event::Reader event() const override { return event_; }
  std::span<const std::byte> bytes() const override { return as_bytes(iterator_->value()); }

 private:
  const Database& database_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  Position next_;
  Position to_;
  bool started_ = false;
  Decoder decoder_;
  schema::Event::Reader event_;
};

class StreamCursor : public EventCursor {
 public:
  StreamCursor(const Database& database, StreamId stream, std::uint64_t from_version)
      : database_(database), stream_(stream), next_(std::max<std::uint64_t>(from_version, 1)) {
    index_.reset(database.db->NewIterator(rocksdb::ReadOptions(), database.index));
    index_->Seek(keys::stream(stream, next_));
  }

  bool next() override {
    if (started_) index_->Next();
    started_ = true;
    if (!index_->Valid()) {
      if (!index_->status().ok()) throw error_of(index_->status(), "reading the index of streams");
      return false;
    }
    const auto key = keys::read_stream(index_->key().ToStringView());
    if (!key || key->stream != stream_) return false;
    const auto position = keys::read_number(index_->value().ToStringView());
    if (key->version != next_ || !position) damaged();
    value_.Reset();
    const auto status = database_.db->Get(rocksdb::ReadOptions(), database_.events,
                                          keys::number(*position), &value_);
    if (status.IsNotFound()) corrupt(database_, at(*position) + " is missing");
    if (!status.ok()) throw error_of(status, "reading " + at(*position));
    event_ = decode(decoder_, database_, *position, value_);
    if (event_.getStream() != stream_ || event_.getVersion() != next_) damaged();
    ++next_;
    return true;
  }

  schema::Event::Reader event() const override { return event_; }
  std::span<const std::byte> bytes() const override { return as_bytes(value_); }

 private:
  [[noreturn]] void damaged() const {
    corrupt(database_, "the index of stream " + std::to_string(stream_) +
                           " does not lead to its version " + std::to_string(next_));
  }

  const Database& database_;
  StreamId stream_;
  std::uint64_t next_;
  bool started_ = false;
  std::unique_ptr<rocksdb::Iterator> index_;
  rocksdb::PinnableSlice value_;
  Decoder decoder_;
  schema::Event::Reader event_;
};

}  // namespace

std::unique_ptr<EventCursor> scan_events(const Database& database, Position from, Position to) {
  return std::make_unique<ScanCursor>(database, std::max<Position>(from, 1), to);
}

std::unique_ptr<EventCursor> scan_stream_events(const Database& database, StreamId stream,
                                                std::uint64_t from_version) {
  return std::make_unique<StreamCursor>(database, stream, from_version);
}

}  // namespace migledger::ledger
