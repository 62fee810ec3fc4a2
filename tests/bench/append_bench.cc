// Durable appends: of one caller, and of 64 threads at once, each over a bare RocksDB that is given
// the same bytes and syncs each Put (with 64 threads: in its own group commit).
#include <rocksdb/db.h>

#include <barrier>
#include <thread>

#include "ledger/event/codec.h"
#include "ledger/rocks/keys.h"
#include "tests/bench/bench.h"
#include "tests/bench/ledgers.h"
#include "tests/bench/measure.h"

namespace migledger::bench {

namespace {

constexpr int kThreads = 64;

// Appends to a database with nothing of ours around it.
class BareLog {
 public:
  BareLog(const std::filesystem::path& directory, std::vector<std::byte> bytes)
      : database_(new_bare_database(directory)), bytes_(std::move(bytes)) {
    synced_.sync = true;
  }

  void append() {
    const std::string key = ledger::keys::number(++position_);
    const auto status =
        database_->db->Put(synced_, database_->events, key,
                           {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()});
    if (!status.ok()) throw ledger::error_of(status, "appending to the bare database");
  }

 private:
  std::unique_ptr<ledger::Database> database_;
  std::vector<std::byte> bytes_;
  rocksdb::WriteOptions synced_;
  std::atomic<std::uint64_t> position_ = 0;
};

void append_ours(ledger::EventStore& store, ledger::StreamId stream) {
  ledger::EventDraft draft = ordinary_event(stream);
  store.append_one(draft);
}

double rate_of_one(int count, const std::function<void()>& append) {
  return count / seconds_of([&] {
           for (int i = 0; i < count; ++i) append();
         });
}

// `append` is given the number of its thread. The clock starts when all threads are there.
double rate_of_many(int each, const std::function<void(int)>& append) {
  std::barrier start(kThreads + 1);
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < each; ++i) append(t);
    });
  start.arrive_and_wait();
  return kThreads * each / seconds_of([&] { threads.clear(); });
}

}  // namespace

void bench_append(Context& context) {
  Report& report = context.report;
  report.section("append");
  const auto store = new_ledger(context.directory / "append.ledger");
  std::vector<ledger::StreamId> streams;
  for (int t = 0; t < kThreads; ++t) {
    ledger::EventDraft started(ledger::kNewStream, {}, 1);
    started.body().initMigrationStarted().setName("migration-" + std::to_string(t));
    streams.push_back(store->append_one(started));
  }
  ledger::EventDraft sample = ordinary_event(streams[0]);
  store->append_one(sample);
  const auto bytes = ledger::encode(sample.reader());
  BareLog bare(context.directory / "append.bare", bytes);
  report.remark("events of " + std::to_string(bytes.size()) +
                " bytes; ours are built, hashed and "
                "indexed besides");

  const int count = context.quick ? 20 : 100;
  const auto lone =
      compare(context.quick ? 3 : 41, context.random,
              {[&] { return rate_of_one(count, [&] { append_ours(*store, streams[0]); }); },
               [&] { return rate_of_one(count, [&] { bare.append(); }); }});
  report.ratio("one event, over a bare synced Put", "events/s", lone[0], lone[1],
               Goal::least(0.95));

  ledger::OpenOptions options;
  options.keep_tiles = false;
  const auto plain = new_ledger(context.directory / "append.plain", options);
  ledger::EventDraft started(ledger::kNewStream, {}, 1);
  started.body().initMigrationStarted().setName("migration-0");
  const ledger::StreamId stream = plain->append_one(started);
  const auto tiles =
      compare(context.quick ? 3 : 41, context.random,
              {[&] { return rate_of_one(count, [&] { append_ours(*store, streams[0]); }); },
               [&] { return rate_of_one(count, [&] { append_ours(*plain, stream); }); }});
  report.ratio("one event, with the Merkle tree's tiles kept, over without", "events/s", tiles[0],
               tiles[1], Goal::least(0.95));

  const int each = context.quick ? 5 : 100;
  const auto many = compare(context.quick ? 1 : 11, context.random,
                            {[&] {
                               return rate_of_many(each, [&](int t) {
                                 append_ours(*store, streams[static_cast<std::size_t>(t)]);
                               });
                             },
                             [&] { return rate_of_many(each, [&](int) { bare.append(); }); }});
  report.ratio("64 threads, over RocksDB's group commit", "events/s", many[0], many[1],
               Goal::least(3));
}

}  // namespace migledger::bench
