#include "tests/bench/iteration.h"

#include <rocksdb/db.h>

#include <memory>
#include <stdexcept>

#include "ledger/rocks/rocks_database.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

double iterate(const std::filesystem::path& ledger) {
  const auto database =
      ledger::open_database(ledger / "events", ledger::DatabaseMode::read, nullptr);
  rocksdb::ReadOptions options;
  options.readahead_size = 2 << 20;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(database->db->NewIterator(options, database->events));
  std::size_t bytes = 0;
  const double seconds = seconds_of([&] {
    for (it->SeekToFirst(); it->Valid(); it->Next()) bytes += it->value().size();
  });
  if (bytes == 0 || !it->status().ok()) throw std::runtime_error("bare iteration read nothing");
  return seconds;
}

}  // namespace migledger::bench
