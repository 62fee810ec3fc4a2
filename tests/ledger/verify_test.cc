// What verify() finds, and that it finds nothing where nothing is wrong.
#include "ledger/verify/verify.h"

#include <capnp/message.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "ledger/directory/evidence_store.h"
#include "ledger/event/codec.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/rocks/keys.h"
#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/forgery.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Catch::Matchers::Contains;
using Ending = Verification::Ending;
using Header = Forgery::Header;

const Holder kHolder{1, "host", {}};

EventDraft session_opened() {
  EventDraft draft(kLedgerStream, {}, 0);
  draft.body().initSessionOpened().setUser("user");
  return draft;
}

EventDraft started(const std::string& name) {
  EventDraft draft = migration_started(name);
  draft.header().setSession(2);
  return draft;
}

EventDraft seen(StreamId stream, const std::string& text = "state") {
  EventDraft draft = observed(stream, text);
  draft.header().setSession(2);
  return draft;
}

EventDraft intent(StreamId stream, std::uint16_t step, Position resends = 0) {
  EventDraft draft(stream, {}, 2);
  auto body = draft.body().initIntent();
  body.setStep(step);
  body.setGeneration(1);
  body.setResends(resends);
  if (resends == 0) body.initRequest().setMethod("POST");
  return draft;
}

EventDraft outcome(StreamId stream, std::uint16_t step, Position of, const Digest* evidence = {}) {
  EventDraft draft(stream, {}, 2);
  auto body = draft.body().initOutcome();
  body.setStep(step);
  body.setGeneration(1);
  body.setIntent(of);
  if (evidence != nullptr)
    body.setEvidence({reinterpret_cast<const kj::byte*>(evidence->data()), evidence->size()});
  return draft;
}

// Two migrations, "a" at 3 and "b" at 4, an intent of each at 5 and 6, their outcomes at 7 and 8.
Forgery sound() {
  Forgery ledger;
  ledger.add(ledger_created());
  ledger.add(session_opened());
  ledger.add(started("a"));
  ledger.add(started("b"));
  ledger.add(intent(3, 1));
  ledger.add(intent(4, 1));
  ledger.add(outcome(3, 1, 5));
  ledger.add(outcome(4, 1, 6));
  return ledger;
}

Verification verified(const Forgery& forgery, const VerifyOptions& options = {}) {
  const Scratch scratch;
  forgery.write(scratch / "ledger");
  return verify(scratch / "ledger", options);
}

// "intent 9, cause 9": what was found, and where.
std::string found(const Verification& verification) {
  std::string words;
  for (const Finding& finding : verification.findings.kept()) {
    if (!words.empty()) words += ", ";
    words += std::string(name_of(finding.check)) + " " + std::to_string(finding.position);
  }
  return words;
}

// A ledger of `count` events and some of evidence, closed.
void make_long(const fs::path& path, Position count, std::size_t text_size = 40) {
  const auto store = RocksEventStore::create(path, kHolder, ledger_created());
  EventDraft session = session_opened();
  store->append_one(session);
  EventDraft start = started("a");
  const StreamId a = store->append_one(start);
  std::vector<EventDraft> batch;
  for (Position i = 4; i <= count; ++i) {
    batch.push_back(seen(a, std::string(text_size, static_cast<char>('a' + i % 26))));
    if (batch.size() < 1000 && i < count) continue;
    store->append(batch);
    batch.clear();
  }
  store->close();
}

}  // namespace

TEST_CASE("verify: what a store wrote is intact, and has the store's own tree") {
  const Scratch scratch;
  const Position count = GENERATE(3, 16384, 16385, 40000);
  make_long(scratch / "ledger", count);
  OpeningReport report;
  const auto store = RocksEventStore::open_reader(scratch / "ledger", report);
  std::vector<Digest> leaves;
  VerifyOptions options;
  options.threads = GENERATE(1u, 3u);
  options.sizes = {count, 2, 0, 16384, 16383, 32769, count + 1};
  options.leaves = [&](Position first, std::span<const Digest> some) {
    REQUIRE(first == leaves.size() + 1);
    leaves.insert(leaves.end(), some.begin(), some.end());
  };
  const Verification verification = verify(scratch / "ledger", options);
  INFO(found(verification));
  CHECK(verification.ending() == Ending::intact);
  CHECK(verification.head == count);
  CHECK(verification.migrations == 1);
  CHECK(verification.anchored == count);
  CHECK(verification.ledger_id == "00112233445566778899aabbccddeeff");
  CHECK(verification.tree == store->frontier());
  MerkleFrontier tree;
  REQUIRE(leaves.size() == count);
  for (const auto cursor = store->scan(1); cursor->next();) {
    REQUIRE(leaves[tree.size()] == leaf_hash(cursor->bytes()));
    tree.append(leaves[tree.size()]);
    if (verification.trees.contains(tree.size()))
      REQUIRE(verification.trees.at(tree.size()) == tree);
  }
  for (const auto size : options.sizes) CHECK(verification.trees.contains(size) == (size <= count));
  // Up to a position, it is the ledger as it was then.
  options = {};
  options.until = count / 2 + 1;
  const Verification half = verify(scratch / "ledger", options);
  CHECK(half.ending() == Ending::intact);
  CHECK(half.head == options.until);
}

TEST_CASE("verify: events that a store would not have written") {
  CHECK(found(verified(sound())) == "");
  Forgery ledger = sound();
  std::string expected;
  std::string words;
  SECTION("another position") {
    ledger.add(seen(3), [](Header header) { header.setPosition(7); });
    ledger.add(seen(3));
    expected = "header 9";
    words = "says that it is at position 7";
  }
  SECTION("a version left out") {
    ledger.add(seen(3), [](Header header) { header.setVersion(5); });
    expected = "header 9";
    words = "has version 5 of stream 3, not 4";
  }
  SECTION("a stream that nothing has begun") {
    ledger.add(seen(5));
    expected = "header 9";
    words = "which no migration has begun";
  }
  SECTION("a stream that something else begins") {
    ledger.add(seen(9));
    expected = "header 9";
    words = "without starting a migration";
  }
  SECTION("a migration started within another") {
    ledger.add(started("c"), [](Header header) {
      header.setStream(3);
      header.setVersion(4);
    });
    expected = "header 9";
    words = "starts a migration in the stream 3";
  }
  SECTION("a second migration of one name") {
    ledger.add(started("a"));
    expected = "header 9, index 0";  // there is room for one of that name
    words = "second migration named 'a'; the first is at position 3";
  }
  SECTION("a second ledger") {
    ledger.add(ledger_created());
    expected = "header 9";
    words = "creates a ledger";
  }
  SECTION("time that runs back") {
    ledger.add(observed(3, "x", time_from_micros(500)));
    ledger.add(observed(3, "x", time_from_micros(400)), [](Header header) { header.setTime(400); });
    expected = "session 9, header 10, session 10";
    words = "not the later of what the clock read";
  }
  SECTION("a time that no clock read") {
    ledger.add(seen(3), [](Header header) { header.setTime(77); });
    expected = "header 9";
    words = "not the later of what the clock read";
  }
  SECTION("a session that there is not") {
    ledger.add(seen(3), [](Header header) { header.setSession(4); });
    expected = "session 9";
    words = "position 4, where none was opened";
  }
  SECTION("a session that is yet to come") {
    ledger.add(seen(3), [](Header header) { header.setSession(10); });
    ledger.add(session_opened());
    expected = "session 9";
    words = "not before it";
  }
  SECTION("a cause that is not before it") {
    ledger.add(seen(3), [](Header header) { header.setCause(9); });
    expected = "cause 9";
    words = "position 9, which is not before it";
  }
  SECTION("an outcome before its intent") {
    ledger.add(outcome(3, 2, 10));
    ledger.add(intent(3, 2));
    expected = "intent 9";
    words = "position 10, which is not before it";
  }
  SECTION("an outcome of nothing") {
    ledger.add(outcome(3, 2, 0));
    expected = "intent 9";
    words = "names no intent";
  }
  SECTION("an outcome of another migration's intent") {
    ledger.add(outcome(3, 1, 6));
    expected = "intent 9";
    words = "where its migration has none";
  }
  SECTION("an outcome of an event that is no intent") {
    ledger.add(outcome(3, 1, 7));
    expected = "intent 9";
    words = "where its migration has none";
  }
  SECTION("an outcome of another step's intent") {
    ledger.add(outcome(3, 2, 5));
    expected = "intent 9";
    words = "of another step or generation";
  }
  SECTION("an outcome of another generation's intent") {
    EventDraft other = outcome(3, 1, 5);
    other.body().getOutcome().setGeneration(2);
    ledger.add(std::move(other));
    expected = "intent 9";
    words = "of another step or generation";
  }
  SECTION("a resend of what was never recorded") {
    ledger.add(intent(3, 1, 6));
    expected = "intent 9";
    words = "sends the intent of position 6 again, where its migration has none";
  }
  SECTION("a resend of a resend") {
    ledger.add(intent(3, 1, 5));
    ledger.add(intent(3, 1, 9));
    expected = "intent 10";
    words = "no request of its own";
  }
  SECTION("an intent without a request") {
    EventDraft bare(3, {}, 2);
    bare.body().initIntent().setGeneration(1);
    ledger.add(std::move(bare));
    expected = "intent 9";
    words = "without the request";
  }
  SECTION("evidence by something that is no digest") {
    EventDraft odd = outcome(3, 1, 5);
    odd.body().getOutcome().initEvidence(31);
    ledger.add(std::move(odd));
    expected = "event 9";
    words = "31 bytes";
  }
  const Verification verification = verified(ledger);
  CHECK(verification.ending() == Ending::refused);
  CHECK(found(verification) == expected);
  const auto& first = verification.findings.kept().at(expected.starts_with("session 9,") ? 1 : 0);
  CHECK_THAT(first.what, Contains(words));
  CHECK_FALSE(first.advice.empty());
}

TEST_CASE("verify: bytes that are no event, or not as one is written") {
  Forgery ledger = sound();
  const auto as_bytes = [](kj::ArrayPtr<const kj::byte> from) {
    const auto* begin = reinterpret_cast<const std::byte*>(from.begin());
    return std::vector<std::byte>(begin, begin + from.size());
  };
  std::vector<std::byte> bytes;
  SECTION("half a word") { bytes.assign(12, std::byte{1}); }
  SECTION("noise") {
    for (int i = 0; i < 800; ++i) bytes.push_back(static_cast<std::byte>(i * 37 + i / 5));
  }
  SECTION("nothing but zeros") { bytes.assign(64, std::byte{0}); }
  SECTION("something after its end") {
    EventDraft draft = seen(3);
    draft.header().setPosition(9);
    bytes = encode(draft.reader());
    bytes.resize(bytes.size() + 8);
  }
  SECTION("an order that is not canonical") {
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    event.setPosition(9);
    event.getBody().initParked();
    event.getBody().getParked().setNeed("b");
    event.getBody().getParked().setReason("a");
    bytes = as_bytes(message.getSegmentsForOutput()[0].asBytes());
  }
  SECTION("a list that leads to itself a thousand times over") {
    // The root's only pointer is a list of pointers, all to that list.
    constexpr std::uint64_t kCount = 8000;
    std::vector<std::uint64_t> words;
    words.push_back(std::uint64_t{1} << 48);         // a struct of one pointer, right after
    words.push_back(1 | kCount << 35 | 6ULL << 32);  // a list of pointers, right after
    for (std::uint64_t i = 0; i < kCount; ++i)
      words.push_back(1 | ((~i << 2) & 0xfffffffcULL) | kCount << 35 | 6ULL << 32);
    bytes = as_bytes(kj::arrayPtr(words.data(), words.size()).asBytes());
  }
  ledger.add_bytes(bytes);
  ledger.add(seen(3));
  const Verification verification = verified(ledger);
  CHECK(found(verification) == "event 9");
  CHECK(verification.tree);  // they have a hash like any others
}

TEST_CASE("verify: what is missing is found, and what follows is still looked at") {
  Forgery ledger = sound();
  ledger.add(intent(4, 5));
  ledger.add_bytes({});
  ledger.add(intent(3, 2));
  ledger.add(outcome(3, 3, 11));
  const Verification verification = verified(ledger);
  // An opening looks at the files' ranges only, and this file has all but one.
  CHECK(found(verification) == "log 10, intent 12");
  CHECK_FALSE(verification.tree);
  CHECK(verification.trees.count(9) == 1);  // where the anchor is
}

TEST_CASE("verify: what a newer version wrote is counted, and is no fault") {
  Forgery ledger = sound();
  EventDraft newer = seen(3);
  const Position position = ledger.add(std::move(newer));
  EventDraft event = seen(3);
  event.header().setPosition(position + 1);
  event.header().setStream(3);
  event.header().setVersion(5);
  auto bytes = encode(event.reader());
  // Which member of the union is set stands 48 bytes into the data of an event.
  const auto known = static_cast<std::byte>(schema::Event::Body::OBSERVED);
  std::size_t at = 8 + 48;
  while (at + 1 < bytes.size() && (bytes[at] != known || bytes[at + 1] != std::byte{0})) at += 2;
  REQUIRE(at + 1 < bytes.size());
  bytes[at] = std::byte{0xfe};
  bytes[at + 1] = std::byte{0x7f};
  ledger.add_bytes(bytes);
  ledger.set_index(keys::stream(3, 5), keys::number(position + 1));
  const Verification verification = verified(ledger);
  CHECK(found(verification) == "");
  CHECK(verification.unknown_events == 1);
}

TEST_CASE("verify: the index is held against the events") {
  Forgery ledger = sound();
  std::string words;
  SECTION("an entry is missing") {
    ledger.set_index(keys::stream(3, 2), "");
    words = "of stream 3 it lacks version 2";
  }
  SECTION("the last entry is missing") {
    ledger.set_index(keys::stream(4, 3), "");
    words = "has 9 entries, and the events call for 10";
  }
  SECTION("a name is missing") {
    ledger.set_index(keys::name("b"), "");
    words = "has 9 entries, and the events call for 10";
  }
  SECTION("an entry leads elsewhere") {
    ledger.set_index(keys::stream(3, 2), keys::number(6));
    words = "leads to another position";
  }
  SECTION("a name leads elsewhere") {
    ledger.set_index(keys::name("a"), keys::number(4));
    words = "leads to another position";
  }
  SECTION("a name that no migration has") {
    ledger.set_index(keys::name("c"), keys::number(4));
    words = "has 11 entries, and the events call for 10";
  }
  SECTION("an entry that is none") {
    ledger.set_index("x", "y");
    words = "an entry that is none";
  }
  SECTION("a rebuilding was cut off") {
    ledger.set_index(std::string(keys::kRebuilding), "x");
    words = "cut off";
  }
  const Verification verification = verified(ledger);
  CHECK(found(verification) == "index 0");
  CHECK_THAT(verification.findings.kept().at(0).what, Contains(words));
}

TEST_CASE("verify: snapshots are held against the fold") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  make_long(ledger, 20000);
  SnapshotStore snapshots(ledger);
  {
    OpeningReport report;
    const auto store = RocksEventStore::open_reader(ledger, report);
    for (const Position position : {Position{9000}, Position{20000}}) {
      const auto fleet = load_fleet(*store, snapshots, position).fleet;
      MerkleFrontier tree;
      for (const auto cursor = store->scan(1, position); cursor->next();)
        tree.append(leaf_hash(cursor->bytes()));
      save_fleet(*store, fleet, tree.root(), snapshots);
    }
  }
  Verification verification = verify(ledger);
  CHECK(found(verification) == "");
  CHECK(verification.snapshots == 2);
  auto snapshot = *snapshots.read(kFleetKind, FleetSummary::kFoldVersion, 9000).snapshot;
  const fs::path file = snapshots.file_of(kFleetKind, 9000);
  const auto replace = [&] {
    const std::string newer = read_all(snapshots.file_of(kFleetKind, 20000));
    snapshots.save(snapshot);  // removes those after it
    if (snapshot.position == 9000) write_all(snapshots.file_of(kFleetKind, 20000), newer);
    verification = verify(ledger);
  };
  SECTION("damaged") {
    std::string bytes = read_all(file);
    const std::size_t at = GENERATE(0, 25, 45, 60, 110, 180, 290, 340);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
    write_all(file, bytes);
    verification = verify(ledger);
    CHECK(found(verification) == "snapshot 9000");
    CHECK(verification.findings.kept()[0].file == "snapshots/fleet-9000");
    CHECK_THAT(verification.findings.kept()[0].what, Contains("damaged"));
  }
  SECTION("of other content") {
    snapshot.payload.back() ^= std::byte{1};
    replace();
    CHECK(found(verification) == "snapshot 9000");
    CHECK_THAT(verification.findings.kept()[0].what, Contains("not what the events fold to"));
  }
  SECTION("over other events") {
    snapshot.root[0] ^= std::byte{1};
    replace();
    CHECK(found(verification) == "snapshot 9000");
    CHECK_THAT(verification.findings.kept()[0].what, Contains("its root is not"));
  }
  SECTION("over an event that is another") {
    snapshot.head[0] ^= std::byte{1};
    replace();
    CHECK(found(verification) == "snapshot 9000");
    CHECK_THAT(verification.findings.kept()[0].what, Contains("other events than are here"));
  }
  SECTION("of another fold") {
    snapshot.fold = FleetSummary::kFoldVersion + 1;
    replace();
    CHECK(found(verification) == "");
    CHECK(verification.snapshots == 1);
    REQUIRE(verification.remarks.size() == 1);
    CHECK_THAT(verification.remarks[0], Contains("fleet-9000 was made by version"));
  }
  SECTION("beyond the end of the log") {
    snapshot.position = 20001;
    replace();
    CHECK(found(verification) == "snapshot 20001");
    CHECK_THAT(verification.findings.kept()[0].what, Contains("acknowledged, and are lost"));
  }
}

TEST_CASE("verify: evidence that events name must be there, and what its name says") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  fs::create_directory(ledger);
  Forgery forgery = sound();
  const std::string kept = "a whole reply", changed = "another reply", lost = "a third";
  std::vector<Digest> digests;
  for (const auto& text : {kept, changed, lost}) {
    digests.push_back(sha256(bytes_of(text)));
    forgery.add(outcome(3, 1, 5, &digests.back()));
  }
  forgery.write(ledger);
  EvidenceStore store(ledger);
  store.put(bytes_of(kept));
  store.put(bytes_of(changed));
  store.put(bytes_of("what no event names"));
  write_all(store.file_of(digests[1]), "another repl\xd9");
  const Verification verification = verify(ledger);
  CHECK(found(verification) == "evidence-damaged 10, evidence-missing 11");
  CHECK(verification.evidence == 3);
  CHECK(verification.findings.kept()[1].file ==
        "evidence/" + to_hex(digests[2]).substr(0, 2) + "/" + to_hex(digests[2]));
}

TEST_CASE(
    "verify: evidence that is named again after a fork is looked at, that from before is not") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  fs::create_directory(ledger);
  const bool many = GENERATE(false, true);  // so many that the fork is in another stretch
  Forgery forgery = sound();
  const Digest before = sha256(bytes_of("before")), both = sha256(bytes_of("both"));
  forgery.add(outcome(3, 1, 5, &before));
  forgery.add(outcome(3, 1, 5, &both));
  if (many)
    for (int i = 0; i < 20'000; ++i) forgery.add(outcome(3, 1, 5));
  EventDraft forked(kLedgerStream, {}, 2);
  forked.body().initForked();
  forgery.add(std::move(forked));
  const Position again = forgery.add(outcome(3, 1, 5, &both));
  forgery.add(outcome(3, 1, 5, &both));
  forgery.write(ledger);
  CHECK(found(verify(ledger)) == "evidence-missing " + std::to_string(again));
  EvidenceStore(ledger).put(bytes_of("both"));
  const Verification whole = verify(ledger);
  CHECK(found(whole) == "");
  CHECK(whole.evidence == 1);
  REQUIRE(whole.remarks.size() == 1);
  CHECK_THAT(whole.remarks[0], Contains("evidence from before"));
}

TEST_CASE("verify: a changed bit in a table is found, with the positions that it takes") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  make_long(ledger, 20000, 300);
  fs::path largest;
  std::uintmax_t size = 0;
  for (const auto& entry : fs::directory_iterator(ledger / "events"))
    if (entry.path().extension() == ".sst" && entry.file_size() > size) {
      largest = entry.path();
      size = entry.file_size();
    }
  std::string bytes = read_all(largest);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 4);
  write_all(largest, bytes);
  const Verification verification = verify(ledger);
  CHECK(verification.ending() == Ending::refused);
  REQUIRE(verification.findings.count() == 1);
  const Finding& finding = verification.findings.kept()[0];
  CHECK(finding.check == Check::log);
  CHECK(finding.position > 1);
  CHECK_THAT(finding.what, Contains("cannot be read") && Contains(largest.filename().string()));
  CHECK(verification.head == 20000);
  CHECK_FALSE(verification.tree);
  CHECK_FALSE(verification.trees.contains(20000));
}

TEST_CASE("verify: works while a writer writes, and changes nothing") {
  const Scratch scratch;
  const fs::path ledger = scratch / "ledger";
  make_long(ledger, 5000);
  OpeningReport report;
  const auto store = RocksEventStore::open_writer(ledger, kHolder, report);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) {
      std::vector<EventDraft> batch;
      for (int i = 0; i < 50; ++i) batch.push_back(seen(3, std::string(2000, 'x')));
      store->append(batch);
    }
  });
  for (int i = 0; i < 12; ++i) {
    const Position acknowledged = store->head().position;
    const Verification verification = verify(ledger);
    CHECK(found(verification) == "");
    CHECK(verification.head >= acknowledged);
  }
  stop = true;
  writer.join();
}

TEST_CASE("verify: of many findings of one kind the first hundred are kept, and all counted") {
  Forgery ledger = sound();
  for (int i = 0; i < 250; ++i)
    ledger.add(seen(3), [](Header header) { header.setCause(header.getPosition()); });
  const Verification verification = verified(ledger);
  CHECK(verification.findings.count() == 250);
  CHECK(verification.findings.kept().size() == 100);
  CHECK(verification.findings.counts().at(Check::cause) == 250);
}

}  // namespace migledger::ledger
