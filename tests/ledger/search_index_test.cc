// The search index against reading everything: on ledgers made from seeds, whatever of them is
// indexed.
#include "ledger/index/search_index.h"

#include <rocksdb/db.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "ledger/index/merkle_tiles.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Found = std::vector<Position>;

const Holder kHolder{4711, "build-host", time_from_micros(0)};

// Draws events and questions from a small world, so that they meet often.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  unsigned draw(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string resource() { return "ocid1.image.oc1.iad." + std::to_string(draw(40)); }
  std::string request() { return "REQUEST" + std::to_string(draw(60)); }
  std::string key() { return "ml-key-" + std::to_string(draw(30)); }
  schema::ErrorClass error() { return static_cast<schema::ErrorClass>(1 + draw(11)); }

  EventDraft event(StreamId stream) {
    EventDraft draft(stream, {}, 0);
    switch (draw(4)) {
      case 0: {
        auto intent = draft.body().initIntent();
        intent.setKey(key());
        intent.initRequest().setRequestId(request());
        intent.getRequest().setPath("/20160918/images/" + resource());
        break;
      }
      case 1: {
        auto outcome = draft.body().initOutcome();
        outcome.setRequestId(request() + "/" + request() + "/x");
        const Fields facts = {{"image_id", resource()}, {"other_id", resource()}};
        fill(outcome.initFacts(count(facts)), facts);
        break;
      }
      case 2:
        draft.body().initReadFailed().initError().setClass(error());
        break;
      default:
        if (draw(20) == 0) {
          draft.body().initEnded();
        } else {
          draft.body().initObserved().setState("RUNNING");
        }
    }
    return draft;
  }

  std::vector<Term> question() {
    std::vector<Term> terms;
    for (unsigned n = 1 + draw(3); n > 0; --n) {
      switch (draw(6)) {
        case 0:
          terms.push_back(Term::request(request()));
          break;
        case 1:
          terms.push_back(Term::request(request() + "/" + request() + "/x"));
          break;
        case 2:
          terms.push_back(Term::key(key()));
          break;
        case 3:
          terms.push_back(Term::error(error()));
          break;
        case 4:
          terms.push_back(Term::type(schema::Event::Body::ENDED));
          break;
        default:
          terms.push_back(Term::resource(resource()));
      }
    }
    return terms;
  }

 private:
  std::mt19937 random_;
};

// Appends about so many events, in appends of different sizes.
void grow(EventStore& store, World& world, unsigned events) {
  const StreamId stream =
      store.find_stream("m") ? *store.find_stream("m") : start_migration(store, "m");
  while (events > 0) {
    std::vector<EventDraft> drafts;
    for (unsigned n = std::min(events, 1 + world.draw(60)); n > 0; --n, --events)
      drafts.push_back(world.event(stream));
    store.append(drafts);
  }
}

Found read(EventCursor& cursor) {
  Found found;
  while (cursor.next()) {
    found.push_back(cursor.event().getPosition());
    CHECK(Decoder().decode(cursor.bytes()).getPosition() == found.back());
  }
  return found;
}

// Whether the store finds what reading everything finds, for so many random questions; how many
// events were found.
std::size_t same_as_reading(const EventStore& store, World& world, int questions) {
  std::size_t sum = 0;
  for (int i = 0; i < questions; ++i) {
    const auto terms = world.question();
    const Position head = store.head().position;
    const Position from = world.draw(3) == 0 ? world.draw(static_cast<unsigned>(head) + 2) : 0;
    const Position to = world.draw(3) == 0 ? from + world.draw(200) : head;
    const Found found = read(*store.find(terms, from, to));
    const Found all = read(*store.EventStore::find(terms, from, std::min(to, head)));
    REQUIRE(found == all);
    sum += found.size();
  }
  return sum;
}

std::unique_ptr<RocksEventStore> open(const fs::path& ledger, OpeningReport& report) {
  return RocksEventStore::open_writer(ledger, kHolder, report);
}

// As a program leaves the database that knows nothing of the search index: `events` more.
void append_as_an_older_program(const fs::path& ledger, World& world, unsigned events) {
  Position before = 0;
  {
    OpeningReport report;
    const auto store = open(ledger, report);
    before = store->head().position;
    grow(*store, world, events);
  }
  const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
  Coverage coverage = read_coverage(*database);
  Coverage older;
  Position next = 1;
  for (const auto& gap : coverage.missing(1, before)) {
    if (gap.first > next) older.add({next, gap.first - 1});
    next = gap.last + 1;
  }
  if (next <= before) older.add({next, before});
  const std::unique_ptr<rocksdb::Iterator> it(
      database->db->NewIterator(rocksdb::ReadOptions(), database->index));
  for (it->Seek("f"); it->Valid() && is_search_key(it->key().ToStringView()); it->Next())
    if (it->key() != "f" && keys::number_at(it->key().ToStringView(), 10) > before)
      REQUIRE(database->db->Delete({}, database->index, it->key()).ok());
  REQUIRE(database->db->Put({}, database->index, "f", older.save()).ok());
  flush(*database);
}

}  // namespace

TEST_CASE("search: the index finds what reading everything finds") {
  const auto seed = GENERATE(range(1u, 5u));
  INFO("seed " << seed);
  World world(seed);
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    grow(*store, world, 1500);
    CHECK(same_as_reading(*store, world, 150) > 100);
    REQUIRE_FALSE(store->check_index());
  }
  OpeningReport report;
  const auto reader = RocksEventStore::open_reader(ledger, report);
  CHECK(same_as_reading(*reader, world, 150) > 100);
  const auto store = open(ledger, report);
  CHECK(report.search_filled == 0);
  grow(*store, world, 100);
  CHECK(same_as_reading(*store, world, 50) > 10);
  REQUIRE_FALSE(store->check_index());
}

TEST_CASE("search: what an older program appended is found, and filled in by the next writer") {
  World world(7);
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    grow(*store, world, 700);
  }
  append_as_an_older_program(ledger, world, 300);
  {
    OpeningReport report;
    const auto reader = RocksEventStore::open_reader(ledger, report);
    CHECK(same_as_reading(*reader, world, 150) > 100);
    CHECK_FALSE(reader->check_index());
  }
  OpeningReport report;
  const auto store = open(ledger, report);
  CHECK(report.search_filled == 300);
  CHECK(report.search_missing == 0);
  // So few are what an unclean end leaves, too.
  CHECK(report.sentences().empty());
  CHECK(same_as_reading(*store, world, 150) > 100);
  CHECK_FALSE(store->check_index());
}

TEST_CASE("search: it is filled piece by piece, and is right between any two") {
  World world(8);
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    grow(*store, world, 2500);
  }
  const Position head = 2502;
  const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
  clear_search_index(*database);
  CHECK(read_coverage(*database).missing(1, head).size() == 1);
  SearchIndex index;
  index.open(*database, head);
  Position left = head;
  for (const Position piece : std::vector<Position>{1, 999, 1, 1100, 10'000}) {
    CHECK(index.missing(head) == left);
    const Position filled = index.fill(*database, head, piece);
    CHECK(filled == std::min(left, piece));
    left -= filled;
    CHECK_FALSE(compare_search_index(*database, head));
    for (int i = 0; i < 30; ++i) {
      const auto terms = world.question();
      Found all;
      for (const auto cursor = scan_events(*database, 1, head); cursor->next();)
        if (bears_any(cursor->event(), terms)) all.push_back(cursor->event().getPosition());
      CHECK(read(*find_events(*database, terms, 1, head)) == all);
    }
    // As the next opening would go on.
    index.open(*database, head);
  }
  CHECK(left == 0);
}

TEST_CASE("search: coverage is what was added to it, and survives being stored") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Coverage coverage;
    std::vector<bool> covered(60);
    for (int i = 0; i < 6; ++i) {
      const Position first = 1 + random() % 50;
      const Position last = first + random() % 8;
      coverage.add({first, last});
      for (Position at = first; at <= last; ++at) covered[at] = true;
    }
    const Coverage stored = Coverage::load(coverage.save());
    CHECK(stored.save() == coverage.save());
    std::vector<bool> told(60, true);
    for (const auto& gap : stored.missing(1, 59))
      for (Position at = gap.first; at <= gap.last; ++at) told[at] = false;
    told[0] = covered[0];
    CHECK(told == covered);
  }
}

TEST_CASE("search: progress that cannot be believed counts for nothing, and is begun again") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  World world(9);
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    grow(*store, world, 200);
  }
  Coverage beyond;
  beyond.add({1, 1000});
  std::string other_rules = beyond.save();
  other_rules[0] = 77;
  std::string torn = beyond.save();
  torn.pop_back();
  std::string overlapping = beyond.save();
  overlapping += overlapping.substr(1);
  for (const std::string& progress :
       {beyond.save(), other_rules, torn, overlapping, std::string("\x00", 1), std::string()}) {
    {
      const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
      REQUIRE(database->db->Put({}, database->index, "f", progress).ok());
      // An entry that no event calls for.
      REQUIRE(database->db->Put({}, database->index, "fr01234567" + keys::number(3), "").ok());
      flush(*database);
    }
    OpeningReport report;
    const auto store = open(ledger, report);
    CHECK(report.search_filled == store->head().position);
    CHECK_FALSE(store->check_index());
    CHECK(same_as_reading(*store, world, 30) > 0);
  }
}

TEST_CASE("search: the index is never believed over the events") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  {
    const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
    const StreamId stream = start_migration(*store, "m");
    EventDraft seen = observed(stream, "x");
    store->append_one(seen);
  }
  const Term term = Term::key("K");
  {
    const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
    // The hash of "K": what FORMAT.md says, computed by hand.
    const std::string key = "fk" + keys::number((0xcbf29ce484222325 ^ 'K') * 0x100000001b3);
    REQUIRE(database->db->Put({}, database->index, key + keys::number(3), "").ok());
    flush(*database);
  }
  OpeningReport report;
  const auto store = open(ledger, report);
  CHECK(read(*store->find(std::span(&term, 1), 1)).empty());
  CHECK(store->check_index());
  store->rebuild_index();
  CHECK_FALSE(store->check_index());
}

TEST_CASE("search: an end without a close leaves out the newest, and nothing is lost by it") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  World world(12);
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  const auto events = GENERATE(300u, 1100u, 9000u);
  grow(*store, world, events);
  const Position head = store->head().position;
  // As the disk is when the power goes now.
  const fs::path crashed = scratch / "crashed";
  copy_at_rest(ledger, crashed);
  {
    OpeningReport report;
    const auto reader = RocksEventStore::open_reader(crashed, report);
    CHECK(reader->head().position == head);
    CHECK(same_as_reading(*reader, world, 100) > 50);
    CHECK_FALSE(reader->check_index());
  }
  {
    OpeningReport report;
    const auto again = open(crashed, report);
    CHECK(report.search_filled > 0);
    CHECK(report.search_filled <= head);
    CHECK(report.search_missing == 0);
    CHECK(report.sentences().empty());
    CHECK(same_as_reading(*again, world, 50) > 20);
    CHECK_FALSE(again->check_index());
    grow(*again, world, 700);
    // Without a close: what was added at the opening is not on the disk either.
    copy_at_rest(crashed, scratch / "again");
  }
  for (const char* name : {"crashed", "again"}) {
    OpeningReport report;
    const auto last = open(scratch / name, report);
    CHECK((report.search_filled == 0) == (name == std::string("crashed")));
    CHECK(last->head().position == head + 700);
    CHECK(same_as_reading(*last, world, 50) > 20);
    CHECK_FALSE(last->check_index());
    last->close();
    const auto database = open_database(scratch / name / "events", DatabaseMode::read, nullptr);
    CHECK(stored_tiles(*database, 0) == (head + 700) / 256);
  }
  CHECK(same_as_reading(*store, world, 50) > 20);
}

TEST_CASE("search: filling is said when it is more than an unclean end leaves") {
  OpeningReport report;
  report.search_filled = 32'767;
  CHECK(report.sentences().empty());
  report.search_filled = 500'000;
  CHECK(report.sentences() ==
        std::vector<std::string>{
            "the search index did not hold 500000 events yet; they have been added"});
  report.search_missing = 7;
  CHECK(report.sentences().at(0) ==
        "the search index did not hold 500007 events yet; 500000 have been added, the rest follows "
        "with the next runs");
  report.index_rebuilt = true;
  CHECK(report.sentences().size() == 1);
}

TEST_CASE("search: readers find what they should while a writer appends") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  World world(10);
  const auto store = RocksEventStore::create(ledger, kHolder, ledger_created());
  grow(*store, world, 50);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    World own(11);
    for (int i = 0; i < 60; ++i) grow(*store, own, 100);
    done = true;
  });
  int openings = 0;
  while (!done || openings == 0) {
    OpeningReport report;
    const auto reader = RocksEventStore::open_reader(ledger, report);
    same_as_reading(*reader, world, 10);
    same_as_reading(*store, world, 10);
    ++openings;
  }
  writer.join();
  CHECK(openings > 0);
  CHECK_FALSE(store->check_index());
}

}  // namespace migledger::ledger
