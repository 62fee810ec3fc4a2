// IndexFollower: what a writer derives from events after they were appended, because nobody need
// wait for it: the tiles of the Merkle tree and the search index. It follows the log a little
// behind, writes many events' worth at once and without the log, and catches up at the next opening
// what an unclean end left out (FORMAT.md, "What follows the events").
#pragma once

#include <cstddef>
#include <span>

#include "ledger/directory/anchor.h"
#include "ledger/index/merkle_tiles.h"
#include "ledger/index/search_index.h"
#include "ledger/rocks/opening.h"

namespace migledger::ledger {

// One caller at a time.
class IndexFollower {
 public:
  explicit IndexFollower(bool keep_tiles) : keep_tiles_(keep_tiles) {}

  // Catches up with a database whose last event is at `head`, as far as it is done in a second or
  // two; the rest waits for the next openings. To be called once the log is known to be whole.
  // Throws LedgerError.
  void open(Database& database, Position head, OpeningReport& report);

  // Takes in the event at anchor.position(), in order. It must have been acknowledged. What goes
  // wrong is no reason to lose an event: it stops the follower until the next opening.
  void take(Database& database, const Anchor& anchor, std::span<const std::byte> bytes);

  // Writes what was taken in. Throws LedgerError(disk).
  void flush(Database& database);

  // Makes the search index anew, after it was taken away. Throws LedgerError.
  void refill(Database& database, Position head);

 private:
  const bool keep_tiles_;
  TileKeeper tiles_;
  SearchIndex search_;
  Position waiting_ = 0;  // events that were taken in and not written
  bool stopped_ = false;
};

}  // namespace migledger::ledger
