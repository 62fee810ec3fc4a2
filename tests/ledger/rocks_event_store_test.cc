// What the store on disk does beyond what every store does (event_store_test.cc).
#include "ledger/store/rocks_event_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "ledger/event/codec.h"
#include "ledger/index/stream_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"
#include "tests/support/drafts.h"
#include "tests/support/fault_file_system.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Catch::Matchers::Contains;

const Holder kHolder{4711, "build-host", time_from_micros(0)};

std::unique_ptr<RocksEventStore> open(const fs::path& directory, const OpenOptions& options = {}) {
  OpeningReport report;
  return RocksEventStore::open_writer(directory, kHolder, report, options);
}

LedgerError error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const LedgerError& e) {
    return e;
  }
  throw std::logic_error("no LedgerError was thrown");
}

std::uintmax_t log_bytes(const fs::path& ledger) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(ledger / "events")) {
    std::error_code gone;
    const auto size = entry.path().extension() == ".log" ? fs::file_size(entry.path(), gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

Anchor anchor_in(const fs::path& ledger) { return *read_anchor(ledger / "anchor"); }

}  // namespace

TEST_CASE("rocks store: closed and opened, it holds what it held") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  StreamId a = 0;
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    a = start_migration(*store, "a");
    EventDraft last = observed(a, "x", time_from_micros(99));
    store->append_one(last);
  }
  CHECK(log_bytes(ledger) == 0);
  CHECK(anchor_in(ledger).position() == 3);
  OpeningReport report;
  const auto store = RocksEventStore::open_writer(ledger, kHolder, report);
  CHECK(report.head == 3);
  CHECK(report.anchored == 3);
  CHECK(report.sentences().empty());
  CHECK(store->head().time == time_from_micros(99));
  CHECK(store->stream_version(a) == 2);
  CHECK(store->find_stream("a") == a);
  MerkleFrontier frontier;
  const auto cursor = store->scan(1);
  while (cursor->next()) frontier.append(leaf_hash(cursor->bytes()));
  CHECK(store->frontier() == frontier);
  CHECK(anchor_in(ledger).frontier == frontier);
  EventDraft next = observed(a, "y");
  next.expected_version = 2;
  CHECK(store->append_one(next) == 4);
  CHECK_FALSE(store->check_index());
}

TEST_CASE("rocks store: what is not a ledger is refused, and left alone") {
  const Scratch scratch;
  const auto kind_of_opening = [&](const fs::path& directory) {
    return error_of([&] { open(directory); }).kind;
  };
  const auto kind_of_creating = [&](const fs::path& directory) {
    return error_of([&] { RocksEventStore::create(directory, kHolder, ledger_created()); }).kind;
  };
  CHECK(kind_of_opening(scratch / "absent") == LedgerErrorKind::missing);
  CHECK(kind_of_creating(scratch / "no" / "parent") == LedgerErrorKind::disk);

  write_all(scratch / "file", "text");
  CHECK(kind_of_opening(scratch / "file") == LedgerErrorKind::refused);
  CHECK(kind_of_creating(scratch / "file") == LedgerErrorKind::refused);

  fs::create_directory(scratch / "foreign");
  CHECK(kind_of_opening(scratch / "foreign") == LedgerErrorKind::missing);
  write_all(scratch / "foreign" / "photo.jpg", "");
  CHECK(kind_of_opening(scratch / "foreign") == LedgerErrorKind::refused);
  const LedgerError foreign =
      error_of([&] { RocksEventStore::create(scratch / "foreign", kHolder, ledger_created()); });
  CHECK_THAT(foreign.what(), Contains("photo.jpg") && Contains("not a ledger"));
  CHECK(std::distance(fs::directory_iterator(scratch / "foreign"), {}) == 1);

  RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
  CHECK(kind_of_creating(scratch / "ledger") == LedgerErrorKind::refused);
  write_all(scratch / "ledger" / "FORMAT", "migledger-ledger\nformat: 2\n");
  fs::remove_all(scratch / "ledger" / "events");
  const LedgerError newer = error_of([&] { open(scratch / "ledger"); });
  CHECK(newer.kind == LedgerErrorKind::refused);
  CHECK_THAT(newer.what(), Contains("format 2") && Contains("newer migledger"));
  CHECK_FALSE(fs::exists(scratch / "ledger" / "events"));
  write_all(scratch / "ledger" / "FORMAT", "migledger-ledger\nformat: x\n");
  CHECK(kind_of_opening(scratch / "ledger") == LedgerErrorKind::refused);
}

TEST_CASE("rocks store: an interrupted creation is begun again") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  RocksEventStore::create(ledger, kHolder, ledger_created());
  fs::remove(ledger / "FORMAT");
  write_all(ledger / "creating", "");
  OpeningReport report;
  CHECK(error_of([&] { open(ledger); }).kind == LedgerErrorKind::missing);
  const auto store = RocksEventStore::create_or_open(
      ledger, kHolder, [] { return ledger_created(); }, report);
  CHECK(store->head().position == 1);
  CHECK_FALSE(fs::exists(ledger / "creating"));
  store->close();
  const auto again = RocksEventStore::create_or_open(
      ledger, kHolder, [] { return ledger_created(); }, report);
  CHECK(again->head().position == 1);
}

TEST_CASE("rocks store: a second writer is told who the first one is") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  const LedgerError error = error_of([&] { open(ledger); });
  CHECK(error.kind == LedgerErrorKind::in_use);
  CHECK_THAT(error.what(),
             Contains("4711") && Contains("build-host") && Contains("1970-01-01T00:00:00.000000Z"));
  CHECK(RocksEventStore::current_writer(ledger)->pid == 4711);
  store->close();
  CHECK_FALSE(RocksEventStore::current_writer(ledger));
  CHECK(open(ledger)->head().position == 1);
}

TEST_CASE("rocks store: nobody but the owner may read it") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const mode_t before = ::umask(0);
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    store->close();
    const auto again = open(ledger);
    start_migration(*again, "a");
    int files = 0;
    CHECK((fs::status(ledger).permissions() & fs::perms::mask) == fs::perms(0700));
    for (const auto& entry : fs::recursive_directory_iterator(ledger)) {
      INFO(entry.path());
      ++files;
      CHECK((entry.status().permissions() & fs::perms::mask) ==
            fs::perms(entry.is_directory() ? 0700 : 0600));
    }
    CHECK(files > 8);
  }
  ::umask(before);
}

TEST_CASE("rocks store: a reader sees a dense prefix while a writer writes and flushes") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  const StreamId a = start_migration(*store, "a");
  std::jthread writer([&](const std::stop_token& stop) {
    const std::string text(3000, 'x');
    while (!stop.stop_requested()) {
      std::vector<EventDraft> batch;
      for (int i = 0; i < 20; ++i) batch.push_back(observed(a, text));
      store->append(batch);
    }
  });
  Position last = 0;
  for (int opening = 0; opening < 60; ++opening) {
    const Position acknowledged = store->head().position;
    OpeningReport report;
    const auto reader = RocksEventStore::open_reader(ledger, report);
    CHECK(reader->head().position >= acknowledged);
    CHECK(reader->head().position >= last);
    CHECK(report.sentences().empty());
    last = reader->head().position;
    Position seen = 0;
    const auto cursor = reader->scan(last > 500 ? last - 500 : 1);
    while (cursor->next()) seen = cursor->event().getPosition();
    CHECK(seen == last);
    CHECK(reader->stream_version(a) == last - 1);
    CHECK(reader->frontier().size() == last);
  }
  writer.request_stop();
  writer.join();
  OpeningReport report;
  const auto reader = RocksEventStore::open_reader(ledger, report);
  EventDraft draft = observed(a, "x");
  CHECK(error_of([&] { reader->append_one(draft); }).kind == LedgerErrorKind::refused);
}

TEST_CASE("rocks store: the log of an unclean end stays below 4 MiB, and nothing in it is lost") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const std::size_t size = GENERATE(std::size_t{16}, std::size_t{300}, std::size_t{20000});
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  const StreamId a = start_migration(*store, "a");
  const std::size_t batch_size = std::max<std::size_t>(1, 100'000 / (size + 100));
  std::uintmax_t most = 0;
  for (int i = 0; i < 120; ++i) {
    std::vector<EventDraft> batch;
    for (std::size_t e = 0; e < batch_size; ++e)
      batch.push_back(observed(a, std::string(size, 'x')));
    store->append(batch);
    most = std::max(most, log_bytes(ledger));
  }
  CHECK(most > 200'000);
  CHECK(most <= 4 << 20);
  // The anchor is copied with the rest but was written first, as after a real end.
  copy_at_rest(ledger, scratch / "copy");
  OpeningReport report;
  const auto copy = RocksEventStore::open_writer(scratch / "copy", kHolder, report);
  CHECK(copy->head().position == store->head().position);
  CHECK(copy->frontier() == store->frontier());
  CHECK(report.anchored <= report.head);
  CHECK(log_bytes(scratch / "copy") < 1000);
}

TEST_CASE("rocks store: the anchor follows every two seconds of activity") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  std::chrono::steady_clock::time_point now{};
  OpenOptions options;
  options.steady_now = [&] { return now; };
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created(), options);
  CHECK(anchor_in(ledger).position() == 1);
  const StreamId a = start_migration(*store, "a");
  CHECK(anchor_in(ledger).position() == 1);
  now += std::chrono::milliseconds(1999);
  EventDraft second = observed(a, "x");
  store->append_one(second);
  CHECK(anchor_in(ledger).position() == 1);
  now += std::chrono::milliseconds(1);
  EventDraft third = observed(a, "y");
  store->append_one(third);
  CHECK(anchor_in(ledger).position() == 4);
  CHECK(anchor_in(ledger).head == leaf_hash(encode(third.reader())));
  EventDraft fourth = observed(a, "z");
  store->append_one(fourth);
  CHECK(anchor_in(ledger).position() == 4);
  store->advance_anchor();
  CHECK(anchor_in(ledger).position() == 5);
}

TEST_CASE("rocks store: a log that lost its end is noticed by the anchor") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  fs::path older = scratch / "older";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    store->close();
    copy_directory(ledger, older);
    const auto again = open(ledger);
    start_migration(*again, "a");
  }
  fs::copy_file(ledger / "anchor", older / "anchor", fs::copy_options::overwrite_existing);
  const LedgerError error = error_of([&] { open(older); });
  CHECK(error.kind == LedgerErrorKind::corrupt);
  CHECK_THAT(error.what(),
             Contains("ends at position 1") && Contains("position 2 was acknowledged"));
  OpeningReport report;
  CHECK(error_of([&] { RocksEventStore::open_reader(older, report); }).kind ==
        LedgerErrorKind::corrupt);

  SECTION("a missing anchor is no excuse") {
    fs::remove(ledger / "anchor");
    const LedgerError missing = error_of([&] { open(ledger); });
    CHECK(missing.kind == LedgerErrorKind::corrupt);
    CHECK_THAT(missing.what(), Contains("anchor is missing") && Contains("copy"));
  }
  SECTION("nor is a damaged one") {
    std::string text = read_all(ledger / "anchor");
    for (std::size_t i = 0; i < text.size(); i += 17) {
      std::string damaged = text;
      damaged[i] = static_cast<char>(damaged[i] ^ 1);
      write_all(ledger / "anchor", damaged);
      CHECK(error_of([&] { open(ledger); }).kind == LedgerErrorKind::corrupt);
    }
  }
  SECTION("another history of the same length is not ours") {
    const auto other = RocksEventStore::create(scratch / "other", kHolder, ledger_created());
    start_migration(*other, "b");
    other->close();
    fs::copy_file(scratch / "other" / "anchor", ledger / "anchor",
                  fs::copy_options::overwrite_existing);
    const LedgerError foreign = error_of([&] { open(ledger); });
    CHECK(foreign.kind == LedgerErrorKind::corrupt);
    CHECK_THAT(foreign.what(), Contains("position 2 is not the one"));
  }
}

TEST_CASE("rocks store: after a failed write nothing is accepted until it is opened again") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const auto faults = std::make_shared<FaultFileSystem>();
  OpenOptions options;
  options.file_system = faults;
  const bool full = GENERATE(false, true);
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created(), options);
    start_migration(*store, "a");
    (full ? faults->disk_is_full : faults->sync_fails) = true;
    const LedgerError error = error_of([&] { start_migration(*store, "b"); });
    CHECK(error.kind == LedgerErrorKind::disk);
    CHECK_THAT(error.what(), Contains(full ? "No space left" : "Input/output error"));
    CHECK(store->head().position == 2);
    faults->disk_is_full = faults->sync_fails = false;
    const LedgerError later = error_of([&] { start_migration(*store, "c"); });
    CHECK(later.kind == LedgerErrorKind::disk);
    CHECK_THAT(later.what(), Contains("ledger is opened again"));
  }
  OpeningReport report;
  const auto store = RocksEventStore::open_writer(ledger, kHolder, report);
  // The outcome of "b" is unknown; "a" was acknowledged; "c" was refused.
  CHECK(store->head().position >= 2);
  CHECK(store->head().position <= 3);
  CHECK(store->find_stream("a"));
  CHECK_FALSE(store->find_stream("c"));
  CHECK_FALSE(store->check_index());
}

TEST_CASE("rocks store: a sync that fails under many threads takes nothing that was acknowledged") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const auto faults = std::make_shared<FaultFileSystem>();
  OpenOptions options;
  options.file_system = faults;
  constexpr int kThreads = 12;
  std::vector<std::vector<std::pair<Position, std::string>>> acknowledged(kThreads);
  std::atomic<int> refused = 0, others = 0, appended = 0;
  Position head = 0;
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created(), options);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        try {
          const StreamId stream = start_migration(*store, "m" + std::to_string(t));
          for (int i = 0;; ++i) {
            const std::string text = std::to_string(t) + "/" + std::to_string(i);
            EventDraft draft = observed(stream, text);
            // What was stamped before it and is not synced yet counts, too.
            draft.expected_version = static_cast<std::uint64_t>(i) + 1;
            const Position at = store->append_one(draft);
            CHECK(store->head().position >= at);
            acknowledged[static_cast<std::size_t>(t)].emplace_back(at, text);
            if (++appended == 400) faults->sync_fails = true;
          }
        } catch (const LedgerError& e) {
          ++(e.kind == LedgerErrorKind::disk ? refused : others);
        } catch (const std::exception&) {
          ++others;
        }
      });
    for (auto& thread : threads) thread.join();
    head = store->head().position;
    faults->sync_fails = false;
    // What speaks against an event now may never have been kept.
    EventDraft conflicting = observed(kLedgerStream, "x");
    conflicting.expected_version = 1'000'000;
    CHECK(error_of([&] { store->append_one(conflicting); }).kind == LedgerErrorKind::disk);
  }
  CHECK(refused == kThreads);
  CHECK(others == 0);
  const auto store = open(ledger);
  CHECK(store->head().position >= head);
  for (const auto& of_one : acknowledged)
    for (const auto& [position, text] : of_one) {
      CHECK(position <= head);
      const auto cursor = store->scan(position, position);
      REQUIRE(cursor->next());
      CHECK(view(cursor->event().getBody().getObserved().getState()) == text);
    }
  CHECK_FALSE(store->check_index());
}

TEST_CASE("rocks store: appends that are ready together share a sync") {
  const Scratch scratch;
  const auto faults = std::make_shared<FaultFileSystem>();
  OpenOptions options;
  options.file_system = faults;
  const auto store =
      RocksEventStore::create(scratch / "ledger", kHolder, ledger_created(), options);
  constexpr int kThreads = 16, kEach = 40;
  std::vector<StreamId> streams;
  for (int t = 0; t < kThreads; ++t)
    streams.push_back(start_migration(*store, "m" + std::to_string(t)));
  const int before = faults->log_syncs;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        EventDraft draft = observed(streams[t], "x");
        store->append_one(draft);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(faults->log_syncs - before < kThreads * kEach / 2);
  CHECK(store->head().position == 1 + kThreads + kThreads * kEach);
}

TEST_CASE("rocks store: the index is derived, and made anew when it is wrong") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  const StreamId a = start_migration(*store, "a");
  for (int i = 0; i < 2500; i += 100) {
    std::vector<EventDraft> batch;
    for (int e = 0; e < 100; ++e) batch.push_back(observed(a, "x"));
    store->append(batch);
  }
  CHECK_FALSE(store->check_index());
  store->rebuild_index();
  CHECK_FALSE(store->check_index());
  CHECK(store->stream_version(a) == 2501);
  store->close();
  {
    const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
    rebuild_index(*database, 1000);
    CHECK(compare_index(*database, 2502));
  }
  OpeningReport report;
  const auto again = RocksEventStore::open_writer(ledger, kHolder, report);
  CHECK(report.index_rebuilt);
  CHECK(report.sentences().size() == 1);
  CHECK_FALSE(again->check_index());
  CHECK(again->stream_version(a) == 2501);
}

TEST_CASE("rocks store: an index whose making was cut off is made anew") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    start_migration(*store, "a");
    start_migration(*store, "b");
    store->close();
  }
  // While it removed, when only the older entries were gone; and while it added, when it had added
  // only the older ones.
  const std::string gone = GENERATE(keys::name("a"), keys::stream(2, 1), keys::name("b"));
  {
    const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
    rocksdb::WriteBatch batch;
    batch.Put(database->index, rocksdb::Slice(keys::kRebuilding), "");
    batch.Delete(database->index, gone);
    REQUIRE(database->db->Write({}, &batch).ok());
    flush(*database);
  }
  OpeningReport report;
  const auto store = RocksEventStore::open_writer(ledger, kHolder, report);
  CHECK(report.index_rebuilt);
  CHECK(store->find_stream("a") == 2);
  CHECK(store->find_stream("b") == 3);
  CHECK(store->stream_version(2) == 1);
  CHECK_FALSE(store->check_index());
}

}  // namespace migledger::ledger
