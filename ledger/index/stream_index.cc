#include "ledger/index/stream_index.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>

#include "ledger/base/sha256.h"
#include "ledger/index/merkle_tiles.h"
#include "ledger/index/search_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

constexpr char kReadingStreams[] = "reading the index of streams";

// Calls f(key, value) for each entry of the index that stands for `event`.
template <typename F>
void for_each_entry(schema::Event::Reader event, F&& f) {
  const std::string position = keys::number(event.getPosition());
  f(keys::stream(event.getStream(), event.getVersion()), position);
  if (event.getBody().isMigrationStarted())
    f(keys::name(view(event.getBody().getMigrationStarted().getName())), position);
}

// A sum that does not depend on the order: events and index are read in different ones.
struct Content {
  std::uint64_t entries = 0;
  Digest mixed{};

  void add(std::string_view key, std::string_view value) {
    ++entries;
    const Digest one = sha256(bytes_of(key), bytes_of(value));
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] ^= one[i];
  }
};

std::unique_ptr<rocksdb::Iterator> iterate(const Database& database) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  return std::unique_ptr<rocksdb::Iterator>(database.db->NewIterator(options, database.index));
}

}  // namespace

std::uint64_t indexed_version(const Database& database, StreamId stream) {
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db->NewIterator(rocksdb::ReadOptions(), database.index));
  it->SeekForPrev(keys::stream(stream, ~std::uint64_t{0}));
  if (!it->Valid()) {
    check(it->status(), kReadingStreams);
    return 0;
  }
  const auto key = keys::read_stream(it->key().ToStringView());
  return key && key->stream == stream ? key->version : 0;
}

std::optional<StreamId> indexed_stream(const Database& database, std::string_view migration) {
  std::string value;
  const auto status =
      database.db->Get(rocksdb::ReadOptions(), database.index, keys::name(migration), &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, kReadingStreams);
  const auto stream = keys::read_number(value);
  if (!stream)
    throw LedgerError(LedgerErrorKind::corrupt,
                      "the index of streams is damaged; the next run rebuilds it");
  return stream;
}

bool index_is_current(const Database& database, Position head) {
  std::string value;
  const auto mark = database.db->Get(rocksdb::ReadOptions(), database.index,
                                     rocksdb::Slice(keys::kRebuilding), &value);
  if (mark.ok()) return false;
  if (!mark.IsNotFound()) throw error_of(mark, kReadingStreams);
  if (head == 0) return true;
  const auto cursor = scan_events(database, head, head);
  cursor->next();
  bool current = true;
  for_each_entry(cursor->event(), [&](const std::string& key, const std::string& position) {
    const auto status = database.db->Get(rocksdb::ReadOptions(), database.index, key, &value);
    if (!status.ok() && !status.IsNotFound()) throw error_of(status, kReadingStreams);
    current = current && status.ok() && value == position;
  });
  return current;
}

std::optional<std::string> compare_index(const Database& database, Position head) {
  Content expected;
  const auto cursor = scan_events(database, 1, head);
  while (cursor->next())
    for_each_entry(cursor->event(), [&](const std::string& key, const std::string& position) {
      expected.add(key, position);
    });
  Content found;
  const auto it = iterate(database);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (is_search_key(it->key().ToStringView())) continue;
    // Entries of events that were appended meanwhile.
    if (read_tile_key(it->key().ToStringView())) continue;
    const auto position = keys::read_number(it->value().ToStringView());
    if (position && *position > head) continue;
    found.add(it->key().ToStringView(), it->value().ToStringView());
  }
  check(it->status(), kReadingStreams);
  if (expected.entries != found.entries)
    return "the index has " + std::to_string(found.entries) + " entries, the events call for " +
           std::to_string(expected.entries);
  if (expected.mixed != found.mixed)
    return "the index has as many entries as the events call for, but not the same ones";
  return compare_tiles(database, head);
}

void rebuild_index(Database& database, Position head) {
  constexpr char kRebuilding[] = "rebuilding the index of streams";
  constexpr int kEventsABatch = 1000;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  check(database.db->Put(synced, database.index, rocksdb::Slice(keys::kRebuilding), ""),
        kRebuilding);
  rocksdb::WriteBatch batch;
  const auto write = [&](const rocksdb::WriteOptions& options) {
    check(database.db->Write(options, &batch), kRebuilding);
    batch.Clear();
  };
  const auto it = iterate(database);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key() == rocksdb::Slice(keys::kRebuilding)) continue;
    batch.Delete(database.index, it->key());
    if (batch.Count() >= kEventsABatch) write({});
  }
  check(it->status(), kReadingStreams);
  const auto cursor = scan_events(database, 1, head);
  while (cursor->next()) {
    for_each_entry(cursor->event(), [&](const std::string& key, const std::string& position) {
      batch.Put(database.index, key, position);
    });
    if (batch.Count() >= kEventsABatch) write({});
  }
  write({});
  rebuild_tiles(database, head);
  batch.Delete(database.index, rocksdb::Slice(keys::kRebuilding));
  write(synced);
}

}  // namespace migledger::ledger
