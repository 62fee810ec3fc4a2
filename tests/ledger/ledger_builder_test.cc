// A ledger made from another's bytes, and what it will not take.
#include "ledger/copy/ledger_builder.h"

#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>

#include "ledger/event/codec.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Catch::Matchers::Contains;
using Bytes = std::vector<std::byte>;

// The stored bytes of a few events of two migrations, the last of a kind that nobody knows.
std::vector<Bytes> some_events() {
  MemoryEventStore in_memory;
  EventStore& store = in_memory;
  EventDraft first = ledger_created(time_from_micros(10));
  first.body().getLedgerCreated().setFormat(1);
  store.append_one(first);
  const StreamId a = start_migration(store, "a");
  start_migration(store, "b");
  EventDraft last = observed(a, "x", time_from_micros(99));
  store.append_one(last);
  EventDraft unset(a, time_from_micros(50), 0);
  store.append_one(unset);
  std::vector<Bytes> all;
  for (const auto cursor = store.scan(1); cursor->next();)
    all.emplace_back(cursor->bytes().begin(), cursor->bytes().end());
  return all;
}

// The event with its header changed.
Bytes changed(const Bytes& bytes, const std::function<void(schema::Event::Builder)>& change) {
  Decoder decoder;
  capnp::MallocMessageBuilder message;
  message.setRoot(decoder.decode(bytes));
  change(message.getRoot<schema::Event>());
  return encode(message.getRoot<schema::Event>().asReader());
}

// What is said of the event at `index`, 0 for the first, when it is replaced by `bytes`.
std::string refusal(std::size_t index, const Bytes& bytes) {
  const Scratch scratch;
  fs::create_directory(scratch / "made");
  LedgerBuilder builder(scratch / "made");
  const auto events = some_events();
  for (std::size_t n = 0; n < index; ++n) builder.add(events[n]);
  try {
    builder.add(bytes);
  } catch (const std::invalid_argument& e) {
    CHECK(builder.frontier().size() == index);
    return e.what();
  }
  return {};
}

std::string refusal(std::size_t index, const std::function<void(schema::Event::Builder)>& change) {
  return refusal(index, changed(some_events()[index], change));
}

}  // namespace

TEST_CASE("builder: the same bytes make the same ledger, kinds that nobody knows included") {
  const Scratch scratch;
  fs::create_directory(scratch / "made");
  const auto events = some_events();
  MerkleFrontier frontier;
  {
    LedgerBuilder builder(scratch / "made");
    for (const Bytes& bytes : events) {
      const Position position = builder.add(bytes).getPosition();
      CHECK(position == builder.frontier().size());
      frontier.append(leaf_hash(bytes));
    }
    CHECK(builder.frontier() == frontier);
    builder.finish();
  }
  OpeningReport report;
  const auto store = RocksEventStore::open_writer(scratch / "made", Holder{}, report);
  CHECK(report.sentences().empty());
  CHECK(report.anchored == events.size());
  CHECK(store->frontier() == frontier);
  CHECK_FALSE(store->check_index());
  CHECK(store->find_stream("b") == StreamId{3});
  std::size_t n = 0;
  for (const auto cursor = store->scan(1); cursor->next(); ++n)
    CHECK(std::equal(cursor->bytes().begin(), cursor->bytes().end(), events[n].begin(),
                     events[n].end()));
}

TEST_CASE("builder: until it is finished there is no ledger") {
  const Scratch scratch;
  fs::create_directory(scratch / "made");
  {
    LedgerBuilder builder(scratch / "made");
    builder.add(some_events()[0]);
  }
  OpeningReport report;
  CHECK_THROWS_AS(RocksEventStore::open_reader(scratch / "made", report), LedgerError);
}

TEST_CASE("builder: an event must follow those before it") {
  using Event = schema::Event::Builder;
  CHECK(refusal(3, some_events()[3]).empty());
  CHECK_THAT(refusal(3, some_events()[4]), Contains("position 4 belongs here"));
  CHECK_THAT(refusal(1, some_events()[0]), Contains("position 2 belongs here"));
  CHECK_THAT(refusal(3, [](Event e) { e.setVersion(3); }), Contains("version 2 belongs here"));
  CHECK_THAT(refusal(3, [](Event e) { e.setStream(4); }), Contains("only a migrationStarted"));
  CHECK_THAT(refusal(3, [](Event e) { e.setStream(1); }), Contains("no stream begins"));
  CHECK_THAT(refusal(2, [](Event e) { e.setStream(2); }), Contains("stream of its own"));
  CHECK_THAT(refusal(3, [](Event e) { e.setTime(98); }), Contains("its time"));
  CHECK_THAT(refusal(4, [](Event e) { e.setTime(50); }), Contains("its time"));
  CHECK_THAT(refusal(3, [](Event e) { e.setCause(4); }), Contains("comes later"));
  CHECK_THAT(refusal(3, [](Event e) { e.setSession(9); }), Contains("comes later"));
  CHECK_THAT(refusal(2, [](Event e) { e.getBody().getMigrationStarted().setName("a"); }),
             Contains("same name"));
}

TEST_CASE("builder: the first event says that this version knows the format") {
  using Event = schema::Event::Builder;
  CHECK_THAT(refusal(0, [](Event e) { e.getBody().initTailDropped(); }),
             Contains("not ledgerCreated"));
  CHECK_THAT(refusal(0, [](Event e) { e.getBody().getLedgerCreated().setFormat(2); }),
             Contains("newer migledger"));
  CHECK_THAT(refusal(0, [](Event e) { e.getBody().getLedgerCreated().setFormat(0); }),
             Contains("format 0"));
}

TEST_CASE("builder: bytes that are not canonical, not whole or too many are refused") {
  Bytes bytes = some_events()[3];
  bytes.resize(bytes.size() + 8);
  CHECK_THAT(refusal(3, bytes), Contains("canonical"));
  CHECK_THAT(refusal(3, Bytes(bytes.begin(), bytes.begin() + 9)), Contains("8-byte words"));
  CHECK_FALSE(refusal(3, Bytes(bytes.begin(), bytes.begin() + 8)).empty());
  CHECK_FALSE(refusal(3, Bytes()).empty());
  Bytes huge = some_events()[3];
  huge.resize(65536);
  CHECK_THAT(refusal(3, huge), Contains("at most 65535"));
}

}  // namespace migledger::ledger
