// Copies of a ledger that is written to, at rest, damaged, or torn.
#include "ledger/copy/ledger_copy.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "ledger/base/made_whole.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences

const Holder kHolder{4711, "build-host", {}};

// Leaves of a ledger, in order; reads all of it.
std::vector<Digest> leaves(const fs::path& ledger) {
  OpeningReport report;
  const auto store = RocksEventStore::open_reader(ledger, report);
  std::vector<Digest> all;
  for (const auto cursor = store->scan(1); cursor->next();)
    all.push_back(leaf_hash(cursor->bytes()));
  return all;
}

}  // namespace

TEST_CASE("copy: under a writer that flushes and merges, all that was acknowledged is in it") {
  const Scratch scratch;
  const auto store = RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
  const StreamId stream = start_migration(*store, "a");
  std::atomic<Position> acknowledged = store->head().position;
  std::atomic<bool> enough = false;
  auto writer = std::async(std::launch::async, [&] {
    // A table file every few appends, and a merge every few of those.
    const std::string text(1000, 'x');
    for (int appends = 0; !enough && appends < 600; ++appends) {
      std::vector<EventDraft> drafts;
      for (int n = 0; n < 100; ++n) drafts.push_back(observed(stream, text));
      acknowledged = store->append(drafts);
    }
  });
  std::vector<LedgerCopy> copies;
  std::vector<Position> before, after;
  try {
    for (int n = 0; n < 12; ++n) {
      const fs::path to = scratch / ("copy-" + std::to_string(n));
      fs::create_directory(to);
      before.push_back(acknowledged);
      copies.push_back(copy_ledger(scratch / "ledger", to));
      after.push_back(store->head().position);
    }
  } catch (const std::exception& e) {
    FAIL_CHECK(e.what());
  }
  enough = true;
  writer.get();
  store->close();
  const auto original = leaves(scratch / "ledger");
  REQUIRE(original.size() > 3000);
  for (std::size_t n = 0; n < copies.size(); ++n) {
    CAPTURE(n);
    CHECK(copies[n].head >= before[n]);
    CHECK(copies[n].head <= after[n]);
    CHECK(copies[n].said.empty());
    const auto copied = leaves(scratch / ("copy-" + std::to_string(n)));
    REQUIRE(copied.size() == copies[n].head);
    CHECK(std::equal(copied.begin(), copied.end(), original.begin()));
    MerkleFrontier frontier;
    for (const auto& leaf : copied) frontier.append(leaf);
    CHECK(frontier.root() == copies[n].root);
    const auto anchor = read_anchor(scratch / ("copy-" + std::to_string(n)) / "anchor");
    CHECK(anchor->frontier == frontier);
  }
}

TEST_CASE("copy: it goes on as the original would") {
  const Scratch scratch;
  const auto store = RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
  const StreamId stream = start_migration(*store, "a");
  fs::create_directory(scratch / "copy");
  copy_ledger(scratch / "ledger", scratch / "copy");
  OpeningReport report;
  const auto copy = RocksEventStore::open_writer(scratch / "copy", kHolder, report);
  CHECK(report.sentences().empty());
  CHECK_FALSE(copy->check_index());
  CHECK(copy->find_stream("a") == stream);
  EventDraft in_copy = observed(stream, "same"), in_original = observed(stream, "same");
  CHECK(copy->append_one(in_copy) == store->append_one(in_original));
  CHECK(copy->frontier() == store->frontier());
}

TEST_CASE("copy: of a ledger whose writer died in a write, without the torn end, and said") {
  const Scratch scratch;
  {
    const auto store = RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
    start_migration(*store, "a");
    copy_directory(scratch / "ledger", scratch / "torn");
  }
  for (const auto& entry : fs::directory_iterator(scratch / "torn/events"))
    if (entry.path().extension() == ".log") {
      const std::string log = read_all(entry.path());
      write_all(entry.path(), log.substr(0, log.size() - 3));
    }
  fs::create_directory(scratch / "copy");
  const auto copy = copy_ledger(scratch / "torn", scratch / "copy");
  CHECK(copy.head == 1);
  REQUIRE(copy.said.size() == 1);
  CHECK_THAT(copy.said[0], Catch::Matchers::Contains("never acknowledged"));
  OpeningReport report;
  CHECK(RocksEventStore::open_writer(scratch / "copy", kHolder, report)->head().position == 1);
  CHECK_FALSE(report.dropped_tail);
}

TEST_CASE("copy: snapshots, checkpoints and logs put aside come along, orders and locks do not") {
  const Scratch scratch;
  RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
  for (const char* name : {"snapshots", "checkpoints", "refused-0123", "inbox", "other"}) {
    fs::create_directories(scratch / "ledger" / name / "sub");
    write_all(scratch / "ledger" / name / "sub" / "file", name);
  }
  write_all(scratch / "ledger/snapshots/half.tmp", "");
  fs::create_directory(scratch / "copy");
  copy_ledger(scratch / "ledger", scratch / "copy");
  CHECK(read_all(scratch / "copy/snapshots/sub/file") == "snapshots");
  CHECK(read_all(scratch / "copy/checkpoints/sub/file") == "checkpoints");
  CHECK(read_all(scratch / "copy/refused-0123/sub/file") == "refused-0123");
  for (const char* name : {"inbox", "other", "lock", "creating", "snapshots/half.tmp"}) {
    CAPTURE(name);
    CHECK_FALSE(fs::exists(scratch / "copy" / name));
  }
}

TEST_CASE("copy: what is no ledger, or a damaged one, is refused") {
  const Scratch scratch;
  fs::create_directory(scratch / "copy");
  CHECK(kind_of([&] { copy_ledger(scratch / "none", scratch / "copy"); }) ==
        LedgerErrorKind::missing);
  RocksEventStore::create(scratch / "ledger", kHolder, ledger_created());
  write_all(scratch / "ledger/events/CURRENT", "nothing\n");
  CHECK(kind_of([&] { copy_ledger(scratch / "ledger", scratch / "copy"); }) ==
        LedgerErrorKind::corrupt);
}

TEST_CASE("made whole: a directory is there when it is finished, and never half") {
  const Scratch scratch;
  fs::path beside;
  {
    MadeWhole made(scratch / "a" / "");
    beside = made.directory();
    write_all(beside / "file", "x");
    CHECK_FALSE(fs::exists(scratch / "a"));
  }
  CHECK_FALSE(fs::exists(beside));
  {
    MadeWhole made(scratch / "a"), other(scratch / "a");
    made.finish();
    CHECK(kind_of([&] { other.finish(); }) == LedgerErrorKind::refused);
  }
  CHECK(fs::is_directory(scratch / "a"));
  CHECK(kind_of([&] { MadeWhole(scratch / "a"); }) == LedgerErrorKind::refused);
  CHECK(std::distance(fs::directory_iterator(scratch / "."), {}) == 1);
}

}  // namespace migledger::ledger
