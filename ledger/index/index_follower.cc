#include "ledger/index/index_follower.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <exception>

#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

// What is not indexed is found by reading it: a thousand events take a fraction of a millisecond.
constexpr Position kEventsABatch = 1024;

// What an opening indexes of events that another version appended.
constexpr Position kMostToFill = 500'000;

}  // namespace

void IndexFollower::open(Database& database, Position head, OpeningReport& report) {
  search_.open(database, head);
  report.search_filled = search_.fill(database, head, kMostToFill);
  report.search_missing = search_.missing(head);
  if (keep_tiles_) tiles_.catch_up(database, head);
}

void IndexFollower::take(Database& database, const Anchor& anchor,
                         std::span<const std::byte> bytes) {
  if (stopped_) return;
  try {
    if (keep_tiles_) tiles_.append(database, anchor);
    search_.take(bytes);
    if (++waiting_ >= kEventsABatch) flush(database);
  } catch (const std::exception&) {
    stopped_ = true;
  }
}

void IndexFollower::flush(Database& database) {
  if (stopped_ || waiting_ == 0) return;
  rocksdb::WriteBatch batch;
  tiles_.put_ready(database, batch);
  search_.put_taken(database, batch);
  const auto status = database.db->Write(unlogged(), &batch);
  if (!status.ok()) throw error_of(status, "writing the index");
  waiting_ = 0;
}

void IndexFollower::refill(Database& database, Position head) {
  search_.open(database, head);
  search_.fill(database, head, head);
}

}  // namespace migledger::ledger
