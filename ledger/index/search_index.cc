#include "ledger/index/search_index.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>

#include "ledger/base/sha256.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

constexpr char kReadingSearch[] = "reading the search index";
constexpr char kWritingSearch[] = "writing the search index";

// Raised whenever an event gets other terms, or the entries another form.
constexpr char kRules = 1;
constexpr char kClearing = 0;  // instead: the entries that are left are being removed

constexpr std::size_t kPrefixBytes = 10;  // of an entry, before the position

rocksdb::Slice progress_key() { return rocksdb::Slice(keys::kSearchProgress); }

std::optional<std::string> read_progress(const Database& database) {
  std::string value;
  const auto status =
      database.db->Get(rocksdb::ReadOptions(), database.index, progress_key(), &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, kReadingSearch);
  return value;
}

// 64-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv). What it leads to is checked, and an
// append is to cost little.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

void put_number(std::uint64_t n, char* to) {
  for (int i = 0; i < 8; ++i) to[i] = static_cast<char>(n >> (56 - 8 * i) & 0xff);
}

using Key = std::array<char, 18>;  // of an entry

SearchIndex::Entry entry_of(TermKind kind, std::string_view value, Position position) {
  return {kind, hash_of(filed_under(kind, value)), position};
}

Key key_of(const SearchIndex::Entry& entry) {
  Key key;
  key[0] = keys::kSearchTag;
  key[1] = static_cast<char>(entry.kind);
  put_number(entry.hash, &key[2]);
  put_number(entry.position, &key[kPrefixBytes]);
  return key;
}

std::string_view text_of(const Key& key) { return {key.data(), key.size()}; }

bool is_entry(std::string_view key) {
  return key.size() == std::tuple_size_v<Key> && key[0] == keys::kSearchTag;
}

Position position_of(std::string_view entry) { return keys::number_at(entry, kPrefixBytes); }

// Adds the entries of an event; one may come several times.
void add_entries(schema::Event::Reader event, std::vector<SearchIndex::Entry>& to) {
  const Position position = event.getPosition();
  for_each_term(event, [&](TermKind kind, std::string_view value) {
    to.push_back(entry_of(kind, value, position));
  });
}

// In order, each once.
void sort_entries(std::vector<SearchIndex::Entry>& entries) {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
}

// The positions that the entries of several terms name, in order, each once.
class Postings {
 public:
  Postings(const Database& database, std::span<const Term> terms) {
    for (const Term& term : terms) {
      One one;
      one.prefix = text_of(key_of(entry_of(term.kind, term.value, 0))).substr(0, kPrefixBytes);
      one.iterator.reset(database.db->NewIterator(rocksdb::ReadOptions(), database.index));
      ones_.push_back(std::move(one));
    }
  }

  // The first position at or after `from`; nothing when there is none. `from` never goes back.
  std::optional<Position> next(Position from) {
    std::optional<Position> first;
    for (One& one : ones_) {
      advance(one, from);
      if (one.at && (!first || *one.at < *first)) first = one.at;
    }
    return first;
  }

 private:
  struct One {
    std::string prefix;
    std::unique_ptr<rocksdb::Iterator> iterator;
    std::optional<Position> at;
    bool begun = false;
  };

  static void advance(One& one, Position from) {
    if (one.begun && (!one.at || *one.at >= from)) return;
    if (one.begun && *one.at + 1 == from) {
      one.iterator->Next();
    } else {
      std::string key = one.prefix;
      keys::append_number(key, from);
      one.iterator->Seek(key);
    }
    one.begun = true;
    one.at.reset();
    if (!one.iterator->Valid()) {
      check(one.iterator->status(), kReadingSearch);
      return;
    }
    const std::string_view key = one.iterator->key().ToStringView();
    if (is_entry(key) && key.starts_with(one.prefix)) one.at = position_of(key);
  }

  std::vector<One> ones_;
};

class FoundCursor : public EventCursor {
 public:
  FoundCursor(const Database& database, std::span<const Term> terms, Position from, Position to)
      : database_(database),
        terms_(terms.begin(), terms.end()),
        next_(std::max<Position>(from, 1)),
        to_(to),
        // Before the entries: whatever it says is covered is there when they are read.
        missing_(read_coverage(database).missing(next_, to)),
        postings_(database, terms_) {}

  bool next() override {
    while (next_ <= to_) {
      if (!current_ && gap_ < missing_.size() && missing_[gap_].first <= next_)
        scan(missing_[gap_]);
      if (current_) {
        if (advance()) return true;
        current_.reset();
        continue;
      }
      const Position end = gap_ < missing_.size() ? missing_[gap_].first - 1 : to_;
      const auto found = postings_.next(next_);
      if (!found || *found > end) {
        next_ = end + 1;
        continue;
      }
      next_ = *found + 1;
      single_ = scan_events(database_, *found, *found);
      single_->next();
      // Another term may have the same hash.
      if (bears_any(single_->event(), terms_)) return true;
    }
    single_.reset();
    return false;
  }

  schema::Event::Reader event() const override { return shown().event(); }
  std::span<const std::byte> bytes() const override { return shown().bytes(); }

 private:
  const EventCursor& shown() const { return current_ ? *current_ : *single_; }

  // A range that is not indexed.
  void scan(const Coverage::Range& range) {
    single_.reset();
    current_ = scan_events(database_, next_, range.last);
    ++gap_;
  }

  bool advance() {
    while (current_->next()) {
      next_ = current_->event().getPosition() + 1;
      if (bears_any(current_->event(), terms_)) return true;
    }
    return false;
  }

  const Database& database_;
  const std::vector<Term> terms_;
  Position next_;
  const Position to_;
  const std::vector<Coverage::Range> missing_;
  std::size_t gap_ = 0;  // the next of them
  Postings postings_;
  std::unique_ptr<EventCursor> current_;  // through one of them
  std::unique_ptr<EventCursor> single_;   // on an event that the index led to
};

}  // namespace

void Coverage::add(Range range) {
  // What a writer does all the time.
  if (!ranges_.empty() && range.first == ranges_.back().last + 1) {
    ranges_.back().last = range.last;
    return;
  }
  std::vector<Range> merged;
  for (const Range& other : ranges_) {
    if (other.last + 1 < range.first || range.last + 1 < other.first) {
      merged.push_back(other);
    } else {
      range = {std::min(range.first, other.first), std::max(range.last, other.last)};
    }
  }
  merged.push_back(range);
  std::sort(merged.begin(), merged.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  ranges_ = std::move(merged);
}

std::vector<Coverage::Range> Coverage::missing(Position first, Position last) const {
  std::vector<Range> missing;
  for (const Range& range : ranges_) {
    if (first > last) break;
    if (range.last < first) continue;
    if (range.first > first) missing.push_back({first, std::min(last, range.first - 1)});
    first = std::max(first, range.last + 1);
  }
  if (first <= last) missing.push_back({first, last});
  return missing;
}

std::string Coverage::save() const {
  std::string bytes(1, kRules);
  for (const Range& range : ranges_) {
    keys::append_number(bytes, range.first);
    keys::append_number(bytes, range.last);
  }
  return bytes;
}

Coverage Coverage::load(std::string_view bytes) {
  Coverage coverage;
  if (bytes.empty() || bytes[0] != kRules || bytes.size() % 16 != 1) return {};
  Position before = 0;
  for (std::size_t at = 1; at < bytes.size(); at += 16) {
    const Range range{keys::number_at(bytes, at), keys::number_at(bytes, at + 8)};
    const bool follows = at == 1 ? range.first >= 1 : range.first > before + 1;
    if (!follows || range.last < range.first || range.last == ~Position{0}) return {};
    before = range.last;
    coverage.ranges_.push_back(range);
  }
  return coverage;
}

Coverage read_coverage(const Database& database) {
  const auto progress = read_progress(database);
  return progress ? Coverage::load(*progress) : Coverage();
}

void SearchIndex::open(Database& database, Position head) {
  const auto progress = read_progress(database);
  coverage_ = progress ? Coverage::load(*progress) : Coverage();
  taken_.reset();
  entries_.clear();
  // Entries of other rules, or of events that are not there, are in the way.
  const bool usable = !progress || (coverage_.last() > 0 && coverage_.last() <= head);
  if (usable) return;
  clear_search_index(database);
  coverage_ = {};
}

void SearchIndex::take(std::span<const std::byte> bytes) {
  if (!decoder_) decoder_ = std::make_unique<Decoder>();
  const auto event = decoder_->decode(bytes);
  add_entries(event, entries_);
  const Position position = event.getPosition();
  taken_ = {taken_ ? taken_->first : position, position};
}

void SearchIndex::put_taken(Database& database, rocksdb::WriteBatch& batch) {
  if (taken_) put(database, batch, *taken_);
  taken_.reset();
}

void SearchIndex::put(Database& database, rocksdb::WriteBatch& batch, Coverage::Range range) {
  sort_entries(entries_);
  for (const Entry& entry : entries_)
    batch.Put(database.index, text_of(key_of(entry)), rocksdb::Slice());
  entries_.clear();
  coverage_.add(range);
  batch.Put(database.index, progress_key(), coverage_.save());
}

Position SearchIndex::missing(Position head) const {
  Position sum = 0;
  for (const auto& range : coverage_.missing(1, head)) sum += range.last - range.first + 1;
  return sum;
}

Position SearchIndex::fill(Database& database, Position head, Position at_most) {
  constexpr Position kEventsABatch = 1000;
  Position filled = 0;
  for (const auto& range : coverage_.missing(1, head)) {
    const Position last = std::min(range.last, range.first + (at_most - filled) - 1);
    if (filled == at_most) break;
    const auto cursor = scan_events(database, range.first, last);
    for (Position first = range.first; first <= last; first += kEventsABatch) {
      const Position end = std::min(last, first + kEventsABatch - 1);
      rocksdb::WriteBatch batch;
      for (Position at = first; at <= end; ++at) {
        cursor->next();
        add_entries(cursor->event(), entries_);
      }
      put(database, batch, {first, end});
      check(database.db->Write(unlogged(), &batch), kWritingSearch);
      filled += end - first + 1;
    }
  }
  return filled;
}

std::unique_ptr<EventCursor> find_events(const Database& database, std::span<const Term> terms,
                                         Position from, Position to) {
  return std::make_unique<FoundCursor>(database, terms, from, to);
}

bool is_search_key(std::string_view key) { return !key.empty() && key[0] == keys::kSearchTag; }

std::optional<std::string> compare_search_index(const Database& database, Position head) {
  // Sums that do not depend on the order: events and entries are read in different ones.
  std::uint64_t expected = 0, found = 0;
  Digest content{};
  const auto mix = [&](std::string_view key) {
    const Digest one = sha256(bytes_of(key));
    for (std::size_t i = 0; i < content.size(); ++i) content[i] ^= one[i];
  };
  const Coverage coverage = read_coverage(database);
  std::vector<SearchIndex::Entry> entries;
  Position next = 1;
  const auto expect = [&](Position first, Position last) {
    if (first > last) return;
    for (const auto cursor = scan_events(database, first, last); cursor->next();) {
      entries.clear();
      add_entries(cursor->event(), entries);
      sort_entries(entries);
      expected += entries.size();
      for (const auto& entry : entries) mix(text_of(key_of(entry)));
    }
  };
  for (const auto& range : coverage.missing(1, head)) {
    expect(next, range.first - 1);
    next = range.last + 1;
  }
  expect(next, head);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  const std::unique_ptr<rocksdb::Iterator> it(database.db->NewIterator(options, database.index));
  for (it->Seek(rocksdb::Slice(&keys::kSearchTag, 1)); it->Valid(); it->Next()) {
    const std::string_view key = it->key().ToStringView();
    if (!is_search_key(key)) break;
    if (key == keys::kSearchProgress) continue;
    if (!is_entry(key)) return "the search index has an entry of a form that is not known";
    if (position_of(key) > head) continue;  // of an event that was appended meanwhile
    ++found;
    mix(key);
  }
  check(it->status(), kReadingSearch);
  if (expected != found)
    return "the search index has " + std::to_string(found) + " entries, the events call for " +
           std::to_string(expected);
  if (content != Digest{})
    return "the search index has as many entries as the events call for, but not the same ones";
  return std::nullopt;
}

void clear_search_index(Database& database) {
  constexpr std::uint32_t kEntriesABatch = 10'000;
  rocksdb::WriteBatch batch;
  batch.Put(database.index, progress_key(), rocksdb::Slice(&kClearing, 1));
  const auto write = [&] {
    check(database.db->Write(rocksdb::WriteOptions(), &batch), kWritingSearch);
    batch.Clear();
  };
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(database.db->NewIterator(options, database.index));
  for (it->Seek(rocksdb::Slice(&keys::kSearchTag, 1)); it->Valid(); it->Next()) {
    if (!is_search_key(it->key().ToStringView())) break;
    if (it->key() == progress_key()) continue;
    batch.Delete(database.index, it->key());
    if (batch.Count() >= kEntriesABatch) write();
  }
  check(it->status(), kReadingSearch);
  batch.Delete(database.index, progress_key());
  write();
}

}  // namespace migledger::ledger
