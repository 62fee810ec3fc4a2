// A stretch of the log as verify() reads it: what can be looked at without the events before it is,
// so that several threads can be at it; what cannot is taken down for verify_order.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ledger/event/codec.h"
#include "ledger/verify/verify.h"

namespace migledger::ledger {

struct Database;

// What one event says about others.
struct EventFacts {
  enum class Kind : std::uint8_t {
    unreadable,  // nothing is known of the event at this position
    other,
    ledger_created,
    session_opened,
    migration_started,
    intent,
    outcome,
    unknown,  // of a kind that only a newer version knows
  };
  Kind kind = Kind::unreadable;
  bool needs_intent = false;  // an outcome of what was sent
  bool has_request = false;   // an intent that can be sent again
  std::uint16_t step = 0;
  std::uint16_t generation = 0;
  StreamId stream = 0;
  std::uint64_t version = 0;
  std::int64_t time = 0;
  std::int64_t raw_time = 0;
  Position session = 0;
  Position cause = 0;
  Position refers = 0;  // outcome: its intent; intent: the one that it resends; 0: none
};

// A sum over entries of the index that does not depend on their order. Its keys are drawn anew each
// time, so that no two different sets of entries can be made to agree.
class IndexSum {
 public:
  struct Keys {
    std::uint64_t k[4];
  };
  static Keys draw();

  explicit IndexSum(const Keys& keys = {}) : keys_(keys) {}
  void add_event(StreamId stream, std::uint64_t version, Position position);
  void add_name(std::string_view migration, Position position);
  void add(const IndexSum& other);
  std::uint64_t entries() const { return entries_; }
  friend bool operator==(const IndexSum& a, const IndexSum& b) {
    return a.entries_ == b.entries_ && a.low_ == b.low_ && a.high_ == b.high_;
  }

 private:
  void add_numbers(std::uint64_t a, std::uint64_t b, std::uint64_t c);

  Keys keys_;
  std::uint64_t entries_ = 0;
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};

struct Stretch {
  Position first = 1;
  std::vector<EventFacts> facts;     // by position - first
  std::vector<Digest> leaves;        // as many as there are before the first event that is missing
  MerkleFrontier tree;               // over `leaves`, without the last that fill no tile
  MerkleFrontier block;              // over those
  std::vector<Digest> tile_roots;    // of each 256 leaves
  std::vector<std::uint64_t> tiles;  // numbers of those that are stored
  std::vector<KnownCheckpoint> checkpoints;  // that events say were signed
  Position forked = 0;                       // of the event that says so; 0: there is none
  std::vector<std::pair<std::uint64_t, MerkleFrontier>> trees;  // of wanted sizes, over its leaves
  std::vector<std::pair<Position, std::string>> names;          // of migrations that start
  std::vector<std::pair<Position, Digest>> evidence;            // that events name
  std::vector<std::byte> bytes;                                 // of events to be folded
  std::vector<std::size_t> ends;                                // of each in `bytes`
  std::vector<Finding> findings;
  IndexSum index;

  Position last() const { return first + facts.size() - 1; }
  bool is_whole() const { return leaves.size() == facts.size(); }
  // The stored bytes of the event at `position`; empty when they were not kept.
  std::span<const std::byte> bytes_at(Position position) const;
};

// What is wanted beside the facts.
struct StretchWishes {
  std::vector<std::uint64_t> sizes;  // ascending; of trees
  Position fold_to = 0;              // bytes of events up to there are kept
  IndexSum::Keys keys{};
};

// Takes down one event after the other.
class StretchTaker {
 public:
  // `wishes` must outlive it.
  explicit StretchTaker(const StretchWishes& wishes) : wishes_(wishes) {}

  // Makes `into` a stretch of which nothing is known yet.
  void begin(Position first, Position last, Stretch& into) const;
  // Positions in ascending order; one that is left out is missing, for whatever reason is reported.
  void take(Position position, std::span<const std::byte> bytes, Stretch& into);

 private:
  void take_facts(Position position, schema::Event::Reader event, EventFacts& facts, Stretch& into);
  void take_body(Position position, schema::Event::Reader event, EventFacts& facts, Stretch& into);
  void take_leaf(Position position, std::span<const std::byte> bytes, Stretch& into);
  void take_checkpoint(Position position, schema::Checkpointed::Reader checkpointed, Stretch& into);
  void take_evidence(Position position, capnp::Data::Reader digest, Stretch& into);

  const StretchWishes& wishes_;
  Decoder decoder_;
};

// Reads the events from `first` to `last` out of a database, as far as they are there. Throws
// LedgerError(disk).
void read_stretch(const Database& database, Position first, Position last, StretchTaker& taker,
                  Stretch& into);

}  // namespace migledger::ledger
