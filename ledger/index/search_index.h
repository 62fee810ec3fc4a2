// The search index: which events bear a term (terms.h). Derived from the events and written after
// them; a follower with its own progress, so that what it does not hold yet is found all the same;
// never believed over the events (FORMAT.md, "The search index").
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/event/codec.h"
#include "ledger/event/event_store.h"
#include "ledger/event/terms.h"

namespace rocksdb {
class WriteBatch;
}

namespace migledger::ledger {

struct Database;

// Positions that are indexed: ranges in ascending order, with something between any two.
class Coverage {
 public:
  struct Range {
    Position first = 0;
    Position last = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };

  // first <= last.
  void add(Range range);
  // What of first … last is not covered, in order.
  std::vector<Range> missing(Position first, Position last) const;
  Position last() const { return ranges_.empty() ? 0 : ranges_.back().last; }

  // The value of the entry that tells the progress, and back. Nothing of other rules, and nothing
  // of what is damaged, is covered.
  std::string save() const;
  static Coverage load(std::string_view bytes);

 private:
  std::vector<Range> ranges_;
};

// What is indexed of the database.
Coverage read_coverage(const Database& database);

// The writer's end of it.
class SearchIndex {
 public:
  // An entry; its key, in the same order.
  struct Entry {
    TermKind kind;
    std::uint64_t hash;
    Position position;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  // Of a database whose last event is at `head`. Clears what cannot be used.
  void open(Database& database, Position head);

  // Takes in an event that has been stored, in order of positions.
  void take(std::span<const std::byte> bytes);

  // Puts the entries of the events that were taken in, and the progress, into a batch that is
  // written next.
  void put_taken(Database& database, rocksdb::WriteBatch& batch);

  // How many events up to `head` are not indexed.
  Position missing(Position head) const;

  // Indexes at most so many of them, the first ones first. Can be interrupted at any time. Must not
  // run at once with append. Returns how many it was. Throws LedgerError.
  Position fill(Database& database, Position head, Position at_most);

 private:
  void put(Database& database, rocksdb::WriteBatch& batch, Coverage::Range range);

  Coverage coverage_;
  std::optional<Coverage::Range> taken_;
  std::vector<Entry> entries_;  // of events taken in; kept for its memory
  std::unique_ptr<Decoder> decoder_;
};

// Events that bear at least one of the terms, with from <= position <= to, in order; `to` is at
// most the head. What is not indexed is read through. `database` must outlive it.
std::unique_ptr<EventCursor> find_events(const Database& database, std::span<const Term> terms,
                                         Position from, Position to);

// Whether a key of the index family belongs to the search index.
bool is_search_key(std::string_view key);

// Reads everything up to `head`, and compares what is covered. Nothing when it agrees; otherwise
// what differs.
std::optional<std::string> compare_search_index(const Database& database, Position head);

// Takes all of it away, as a program would find it that has just learnt of it.
void clear_search_index(Database& database);

}  // namespace migledger::ledger
