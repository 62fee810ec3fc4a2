// What damage and sudden ends do to a ledger: always a prefix that holds everything the anchor
// vouches for, and said when something was cut off; or a named corruption. Never anything else.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <random>

#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences

const Holder kHolder{1, "host", {}};

using Log = std::vector<std::vector<std::byte>>;

Log read(const EventStore& store) {
  Log log;
  const auto cursor = store.scan(1);
  while (cursor->next()) log.emplace_back(cursor->bytes().begin(), cursor->bytes().end());
  return log;
}

// A ledger as a sudden end leaves it: the anchor at 4, four events after it, all still in the log.
struct Left {
  Scratch scratch;
  fs::path ledger = scratch / "left";
  Log log;
  std::uint64_t anchored = 4;

  Left() {
    const fs::path live = scratch / "live";
    const auto store = RocksEventStore::create(live, kHolder, ledger_created());
    const StreamId a = start_migration(*store, "a");
    const auto append = [&](int from, int to) {
      for (int i = from; i <= to; ++i) {
        EventDraft draft = observed(a, std::string(40, static_cast<char>('a' + i)));
        store->append_one(draft);
      }
    };
    append(3, 4);
    store->advance_anchor();
    append(5, 8);
    log = read(*store);
    copy_directory(live, ledger);
  }

  // The only file of the database whose name ends or begins so.
  fs::path file(const std::string& part) const {
    for (const auto& entry : fs::directory_iterator(ledger / "events"))
      if (entry.path().filename().string().find(part) != std::string::npos) return entry.path();
    throw std::logic_error("no " + part);
  }
};

enum class Result { prefix, corrupt };

// Opens a copy of `ledger` in which `file` holds `bytes`, as a writer or a reader, and reads all of
// it.
struct Opening {
  Result result = Result::corrupt;
  Position head = 0;
  OpeningReport report;
  std::string what;

  Opening(const Left& left, const fs::path& file, const std::string& bytes, bool writes) {
    const fs::path copy = left.scratch / "copy";
    copy_directory(left.ledger, copy);
    write_all(copy / fs::relative(file, left.ledger), bytes);
    try {
      const std::unique_ptr<EventStore> store =
          writes ? RocksEventStore::open_writer(copy, kHolder, report)
                 : RocksEventStore::open_reader(copy, report);
      const Log found = read(*store);
      const auto streams = store->scan_stream(2);
      while (streams->next()) {
      }
      head = found.size();
      REQUIRE(head == store->head().position);
      REQUIRE(head >= left.anchored);
      REQUIRE(head <= left.log.size());
      REQUIRE(std::equal(found.begin(), found.end(), left.log.begin()));
      result = Result::prefix;
    } catch (const LedgerError& e) {
      what = e.what();
      REQUIRE(e.kind == LedgerErrorKind::corrupt);
      REQUIRE(what.find(copy.string()) != std::string::npos);
    }
  }
};

}  // namespace

TEST_CASE("crash: the log cut at every byte", "[crash]") {
  const Left left;
  const fs::path log = left.file(".log");
  const std::string whole = read_all(log);
  int prefixes = 0, refusals = 0, torn = 0;
  Position longest = 0;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    INFO("cut at " << cut << " of " << whole.size());
    // Both ways of opening must agree; the writer's is slower, so it takes every 13th byte.
    const Opening reader(left, log, whole.substr(0, cut), false);
    CHECK(reader.head >= longest);
    if (reader.result == Result::prefix) longest = reader.head;
    if (cut % 13 != 0 && cut + 4 < whole.size()) continue;
    const Opening writer(left, log, whole.substr(0, cut), true);
    REQUIRE(writer.result == reader.result);
    REQUIRE(writer.head == reader.head);
    REQUIRE(writer.report.dropped_tail.has_value() == reader.report.dropped_tail.has_value());
    (writer.result == Result::prefix ? prefixes : refusals) += 1;
    if (!writer.report.dropped_tail) continue;
    const auto& tail = *writer.report.dropped_tail;
    if (writer.result == Result::prefix) ++torn;
    CHECK(tail.bytes > 0);
    CHECK(tail.bytes < cut);
    CHECK(tail.bytes == reader.report.dropped_tail->bytes);
    CHECK(left.file(".log").filename() == fs::path(tail.file).filename());
    CHECK(read_all(left.scratch / "copy" / tail.kept / log.filename()) == whole.substr(0, cut));
    CHECK(writer.report.sentences().size() == 1);
  }
  CHECK(longest == left.log.size());
  CHECK(refusals > 20);  // below the anchor
  CHECK(torn > 20);
  CHECK(prefixes > torn);  // cuts between records drop nothing that could be said
}

TEST_CASE("crash: what a live writer has half written is not called lost by a reader", "[crash]") {
  const Left left;
  const fs::path log = left.file(".log");
  const auto whole = read_all(log);
  for (const std::size_t cut : {1, 20, 60}) {
    INFO(cut << " bytes are not written yet");
    write_all(log, whole.substr(0, whole.size() - cut));
    OpeningReport beside, after;
    {
      const WriterLock held(LedgerDirectory{left.ledger}.lock(), kHolder);
      const auto store = RocksEventStore::open_reader(left.ledger, beside);
      CHECK(store->head().position == 7);
      CHECK_FALSE(beside.dropped_tail);
    }
    RocksEventStore::open_reader(left.ledger, after);
    CHECK(after.dropped_tail);
  }
}

TEST_CASE("crash: a changed byte in the log", "[crash]") {
  const Left left;
  const fs::path log = left.file(".log");
  const std::string whole = read_all(log);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO("changed at " << at << " of " << whole.size());
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    const bool writes = at % 16 == 0;
    const Opening opening(left, log, changed, writes);
    // A changed length can make the last record look like one that was being written. No other
    // change may pass for anything.
    if (opening.result == Result::prefix) {
      CHECK(opening.report.dropped_tail);
      CHECK(opening.head == left.log.size() - 1);
    }
  }
}

TEST_CASE("crash: a changed byte in a table, the manifest, or CURRENT", "[crash]") {
  Left left;
  {
    OpeningReport report;
    RocksEventStore::open_writer(left.ledger, kHolder, report);
  }
  left.anchored = 8;  // closed cleanly
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(left.ledger / "events"))
    if (entry.path().extension() != ".log" && fs::file_size(entry.path()) > 0)
      files.push_back(entry.path());
  REQUIRE(files.size() >= 4);
  for (const fs::path& file : files) {
    const std::string whole = read_all(file);
    // Everything in short files; of long ones, a sample that hits every part of them.
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 150);
    for (std::size_t at = 0; at < whole.size(); at += step) {
      INFO(file.filename() << " changed at " << at << " of " << whole.size());
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
      const Opening opening(left, file, changed, at / step % 16 == 0);
      if (opening.result == Result::prefix) CHECK(opening.head == left.log.size());
    }
    for (std::size_t size = 0; size < whole.size(); size += step * 10) {
      INFO(file.filename() << " cut to " << size << " of " << whole.size());
      const Opening opening(left, file, whole.substr(0, size), true);
      if (opening.result == Result::prefix) CHECK(opening.head == left.log.size());
    }
  }
}

TEST_CASE("crash: what a file system may leave behind the last record", "[crash]") {
  const Left left;
  const fs::path log = left.file(".log");
  const std::string whole = read_all(log);
  for (const std::string& tail : {std::string(100, '\0'), std::string(5000, '\0'),
                                  std::string(3, 'x'), std::string(5000, 'x')}) {
    for (const bool writes : {false, true}) {
      INFO(tail.size() << " bytes of " << int{tail[0]});
      const Opening opening(left, log, whole + tail, writes);
      if (opening.result == Result::prefix) CHECK(opening.head == left.log.size());
    }
  }
}

TEST_CASE("crash: a missing file", "[crash]") {
  Left left;
  const auto refuses = [&](const fs::path& file) {
    INFO(file);
    const fs::path copy = left.scratch / "copy";
    copy_directory(left.ledger, copy);
    fs::remove(copy / "events" / file.filename());
    OpeningReport report;
    try {
      RocksEventStore::open_writer(copy, kHolder, report);
      return false;
    } catch (const LedgerError& e) {
      return e.kind == LedgerErrorKind::corrupt;
    }
  };
  CHECK(refuses(left.file(".log")));
  {
    OpeningReport report;
    RocksEventStore::open_writer(left.ledger, kHolder, report);
  }
  CHECK(refuses(left.file(".sst")));
  CHECK(refuses(left.file("MANIFEST")));
  CHECK(refuses(left.file("CURRENT")));
}

// Run by the next test as a process of its own, which it kills. Writes each acknowledged position
// to standard output.
TEST_CASE("child: appends until it is killed", "[.child]") {
  const char* directory = std::getenv("MIGLEDGER_TEST_LEDGER");
  if (directory == nullptr) return;  // run by hand
  OpeningReport report;
  const auto store = RocksEventStore::create_or_open(
      directory, kHolder, [] { return ledger_created(); }, report);
  const auto acknowledge = [&] {
    const Position head = store->head().position;
    REQUIRE(::write(STDOUT_FILENO, &head, sizeof head) == sizeof head);
  };
  acknowledge();
  const auto known = store->find_stream("a");
  const StreamId a = known ? *known : start_migration(*store, "a");
  const std::string text(2000, 'x');
  for (;;) {
    std::vector<EventDraft> batch;
    for (int i = 0; i < 7; ++i) batch.push_back(observed(a, text));
    store->append(batch);
    acknowledge();
  }
}

TEST_CASE("crash: killed at random, everything acknowledged is there", "[crash]") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  std::mt19937 random(20);
  Position acknowledged = 0;
  for (int kill = 0; kill < 20; ++kill) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = fs::read_symlink("/proc/self/exe").string();
    std::string test = "child: appends until it is killed";
    std::string variable = "MIGLEDGER_TEST_LEDGER=" + ledger.string();
    std::array<char*, 3> arguments = {program.data(), test.data(), nullptr};
    std::array<char*, 2> environment = {variable.data(), nullptr};
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(),
                          environment.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    // The number of acknowledgements to wait for is random, and so is where the child then is.
    for (unsigned left = 1 + random() % 250; left > 0; --left) {
      Position position = 0;
      REQUIRE(::read(ends[0], &position, sizeof position) == sizeof position);
      REQUIRE(position >= acknowledged);
      acknowledged = position;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Position position = 0;
    while (::read(ends[0], &position, sizeof position) == sizeof position) acknowledged = position;
    ::close(ends[0]);

    OpeningReport report;
    const auto reader = RocksEventStore::open_reader(ledger, report);
    REQUIRE(reader->head().position >= acknowledged);
    const Log log = read(*reader);
    REQUIRE(log.size() == reader->head().position);
    REQUIRE(reader->head().position <= acknowledged + 7);
    REQUIRE_FALSE(reader->check_index());
  }
  CHECK(acknowledged > 1000);
}

}  // namespace migledger::ledger
