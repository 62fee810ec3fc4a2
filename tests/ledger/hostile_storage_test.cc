// A finished ledger whose files are changed, cut, removed or exchanged. Each opening plus full read
// ends in one of three ways: intact, an unacknowledged tail passed over and said, or refused with a
// named error; never in a crash, and never with another state than the acknowledged one.
//
// In a whole run a sample is tried. MIGLEDGER_HOSTILE_STEP=1 build/tests/ledger_tests "hostile*"
// tries every byte.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>

#include "ledger/directory/evidence_store.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/store/rocks_event_store.h"
#include "ledger/verify/verify.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Ending = Verification::Ending;

const Holder kHolder{1, "host", {}};

// Between two bytes that are tried. Odd, so that all places of words and blocks come up.
std::size_t step_of(std::size_t ordinary) {
  const char* wanted = std::getenv("MIGLEDGER_HOSTILE_STEP");
  return wanted == nullptr ? ordinary : std::max<std::size_t>(1, std::strtoul(wanted, nullptr, 10));
}

using Log = std::vector<std::vector<std::byte>>;

Log read(const EventStore& store) {
  Log log;
  for (const auto cursor = store.scan(1); cursor->next();)
    log.emplace_back(cursor->bytes().begin(), cursor->bytes().end());
  return log;
}

// A ledger with everything that one can have: several tables, two snapshots, evidence, events in
// the live log, some of them after the anchor. And itself as it was before, twice.
class Specimen {
 public:
  explicit Specimen(const std::string& name) : path(scratch_ / "ledger"), name_(name) {
    const fs::path live = scratch_ / "live";
    auto store = RocksEventStore::create(live, kHolder, ledger_created());
    open_session(*store);
    for (const char* letter : {"a", "b", "c"}) {
      EventDraft start = migration_started(name + letter);
      start.header().setSession(2);
      streams.push_back(store->append_one(start));
    }
    work(*store, live, 12);
    store->close();
    copy_directory(live, older.emplace_back(scratch_ / "older-1"));
    store = open(live);
    work(*store, live, 10);
    save_snapshot(*store, live);
    store->close();
    copy_directory(live, older.emplace_back(scratch_ / "older-2"));
    store = open(live);
    work(*store, live, 4);
    store->advance_anchor();
    save_snapshot(*store, live);
    anchored = store->head().position;
    work(*store, live, 3);
    log = read(*store);
    FleetSummary fleet;
    for (const auto cursor = store->scan(1); cursor->next();) {
      fleet.apply(cursor->event());
      states.push_back(fleet.save());
    }
    copy_directory(live, path);
    // Until here the original is open; the lock of the copy names a writer that there is not.
  }

  // Everything in it, by its path from there.
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) all.push_back(fs::relative(entry.path(), path));
    std::sort(all.begin(), all.end());
    return all;
  }

  fs::path copy() const {
    copy_directory(path, scratch_ / "copy");
    return scratch_ / "copy";
  }

 private:
  Scratch scratch_;

 public:
  const fs::path path;
  std::vector<fs::path> older;
  std::vector<StreamId> streams;
  Log log;
  std::vector<std::vector<std::byte>> states;  // the fleet after each event
  Position anchored = 0;

 private:
  static std::unique_ptr<RocksEventStore> open(const fs::path& live) {
    OpeningReport report;
    return RocksEventStore::open_writer(live, kHolder, report);
  }

  void open_session(EventStore& store) {
    EventDraft draft(kLedgerStream, {}, 0);
    draft.body().initSessionOpened().setUser(name_);
    store.append_one(draft);
  }

  // Steps of every migration: an intent, its outcome with evidence, what is seen meanwhile.
  void work(EventStore& store, const fs::path& live, int steps) {
    EvidenceStore evidence(live);
    for (int i = 0; i < steps; ++i, ++step_) {
      for (const StreamId stream : streams) {
        EventDraft sent(stream, {}, 2, stream);
        auto intent = sent.body().initIntent();
        intent.setStep(step_);
        intent.setGeneration(1);
        intent.setKey(name_ + std::to_string(step_));
        intent.initRequest().setMethod("POST");
        const Position at = store.append_one(sent);
        EventDraft ended(stream, {}, 2, at);
        auto outcome = ended.body().initOutcome();
        outcome.setStep(step_);
        outcome.setGeneration(1);
        outcome.setIntent(at);
        const Digest digest = evidence.put(bytes_of(name_ + " reply " + std::to_string(step_ / 8)));
        outcome.setEvidence({reinterpret_cast<const kj::byte*>(digest.data()), digest.size()});
        store.append_one(ended);
      }
    }
  }

  static void save_snapshot(const RocksEventStore& store, const fs::path& live) {
    SnapshotStore snapshots(live);
    save_fleet(store, load_fleet(store, snapshots).fleet, store.frontier().root(), snapshots);
  }

  const std::string name_;
  std::uint16_t step_ = 0;
};

// How often each ending came up.
struct Tally {
  std::map<std::string, int> endings;
  int silent = 0;  // a shorter log that nothing on this disk can tell from a whole one

  int of(const std::string& ending) const {
    const auto found = endings.find(ending);
    return found == endings.end() ? 0 : found->second;
  }
};

// Reads all of the ledger in `directory` with `store` and requires that it is a prefix of what was
// acknowledged, with the state that belongs to it. Returns its length.
Position require_prefix(const Specimen& specimen, const EventStore& store,
                        const fs::path& directory) {
  const Log found = read(store);
  REQUIRE(found.size() == store.head().position);
  REQUIRE(found.size() >= specimen.anchored);
  REQUIRE(found.size() <= specimen.log.size());
  REQUIRE(std::equal(found.begin(), found.end(), specimen.log.begin()));
  const LoadedFleet loaded = load_fleet(store, SnapshotStore(directory));
  REQUIRE(loaded.fleet.save() == specimen.states[found.size() - 1]);
  return found.size();
}

void require_named(const LedgerError& error, const fs::path& directory) {
  INFO(error.what());
  REQUIRE(error.kind != LedgerErrorKind::in_use);
  REQUIRE(error.kind != LedgerErrorKind::too_large);
  const std::string what = error.what();
  REQUIRE((what.find(directory.string()) != what.npos || what.find("position") != what.npos));
}

// Events alone make the state; a finding about what is derived from them leaves it as it was.
bool touches_events(const Verification& verification) {
  static const std::set<Check> kDerived = {Check::index, Check::snapshot, Check::evidence_missing,
                                           Check::evidence_damaged};
  const auto& counts = verification.findings.counts();
  return std::any_of(counts.begin(), counts.end(),
                     [](const auto& one) { return !kDerived.contains(one.first); });
}

// Verifies the ledger in `directory`, and reads all of it as any other command would.
std::string look(const Specimen& specimen, const fs::path& directory, Tally& tally) {
  Verification verification;
  try {
    verification = verify(directory);
  } catch (const LedgerError& error) {
    require_named(error, directory);
    ++tally.endings["refused"];
    return "refused";
  }
  for (const Finding& finding : verification.findings.kept()) {
    INFO(finding.what);
    REQUIRE((finding.position != 0 || !finding.file.empty() || finding.check == Check::index ||
             finding.what.find(directory.string()) != std::string::npos));
  }
  OpeningReport report;
  Position head = 0;
  try {
    const auto store = RocksEventStore::open_reader(directory, report);
    if (!touches_events(verification)) head = require_prefix(specimen, *store, directory);
  } catch (const LedgerError& error) {
    require_named(error, directory);
    // What cannot be opened or read must not be called intact.
    REQUIRE(touches_events(verification));
  }
  const bool shorter = head != 0 && head < specimen.log.size();
  if (shorter && !report.dropped_tail) ++tally.silent;
  REQUIRE(verification.opening.dropped_tail.has_value() == report.dropped_tail.has_value());
  const std::string ending = verification.ending() == Ending::refused            ? "refused"
                             : verification.ending() == Ending::tail_passed_over ? "tail"
                                                                                 : "intact";
  ++tally.endings[ending];
  return ending;
}

// The same after the writer has opened it, gone on with it and closed it.
void write(const Specimen& specimen, const fs::path& directory, const std::string& ending) {
  try {
    OpeningReport report;
    {
      const auto store = RocksEventStore::open_writer(directory, kHolder, report);
      if (ending == "refused") return;  // what is wrong lies deeper than an opening looks
      SnapshotStore snapshots(directory);
      check_fleet_snapshots(*store, snapshots);
      require_prefix(specimen, *store, directory);
      EventDraft more = observed(specimen.streams[0], "goes on");
      more.header().setSession(2);
      store->append_one(more);
      store->close();
    }
    REQUIRE(report.dropped_tail.has_value() == (ending == "tail"));
    const Verification after = verify(directory);
    INFO((after.findings.kept().empty() ? "" : after.findings.kept()[0].what));
    REQUIRE(after.ending() == Ending::intact);
  } catch (const LedgerError& error) {
    require_named(error, directory);
    REQUIRE(ending == "refused");
  }
}

// Tries the ledger with `file` holding `bytes`; every `writers`th time as a writer, too.
class Trial {
 public:
  Trial(const Specimen& specimen, fs::path file, int writers)
      : specimen_(specimen),
        file_(std::move(file)),
        whole_(read_all(specimen.path / file_)),
        writers_(writers) {}
  ~Trial() { write_all(specimen_.path / file_, whole_); }

  const std::string& whole() const { return whole_; }

  std::string with(const std::string& bytes, Tally& tally) {
    write_all(specimen_.path / file_, bytes);
    const std::string ending = look(specimen_, specimen_.path, tally);
    if (tried_++ % writers_ == 0) write(specimen_, specimen_.copy(), ending);
    return ending;
  }

 private:
  const Specimen& specimen_;
  const fs::path file_;
  const std::string whole_;
  const int writers_;
  int tried_ = 0;
};

bool is_live_log(const fs::path& file) { return file.extension() == ".log"; }

}  // namespace

TEST_CASE("hostile: as it is, it is intact") {
  const Specimen specimen("one");
  int tables = 0, logs = 0, evidence = 0, snapshots = 0;
  for (const auto& file : specimen.files()) {
    tables += file.extension() == ".sst" ? 1 : 0;
    logs += is_live_log(file) && fs::file_size(specimen.path / file) > 0 ? 1 : 0;
    evidence += file.string().starts_with("evidence") ? 1 : 0;
    snapshots += file.string().starts_with("snapshots") ? 1 : 0;
  }
  CHECK(tables >= 4);
  CHECK(logs == 1);
  CHECK(evidence >= 3);
  CHECK(snapshots == 2);
  CHECK(specimen.anchored < specimen.log.size());
  Tally tally;
  CHECK(look(specimen, specimen.path, tally) == "intact");
  CHECK(tally.silent == 0);
  write(specimen, specimen.copy(), "intact");
}

TEST_CASE("hostile: a bit changed anywhere") {
  const Specimen specimen("one");
  const std::size_t step = step_of(89);
  Tally tally;
  for (const auto& file : specimen.files()) {
    Trial trial(specimen, file, 12);
    for (std::size_t at = 0; at < trial.whole().size(); at += step) {
      CAPTURE(file, at);
      std::string bytes = trial.whole();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << at / step % 8));
      const std::string ending = trial.with(bytes, tally);
      // A changed length can make the last record look like one that was being written.
      if (ending == "tail") CHECK(is_live_log(file));
    }
  }
  CAPTURE(tally.endings);
  CHECK(tally.silent == 0);
  CHECK(tally.of("refused") > tally.of("intact"));
}

TEST_CASE("hostile: a file cut anywhere") {
  const Specimen specimen("one");
  const std::size_t step = step_of(149);
  Tally tally;
  for (const auto& file : specimen.files()) {
    Trial trial(specimen, file, 12);
    const int silent = tally.silent;
    for (std::size_t size = 0; size < trial.whole().size(); size += step) {
      CAPTURE(file, size);
      const std::string ending = trial.with(trial.whole().substr(0, size), tally);
      if (ending == "tail") CHECK(is_live_log(file));
    }
    // Only the end of the live log can go without a trace, and no further back than the anchor:
    // require_prefix() has seen to that.
    CAPTURE(file);
    if (!is_live_log(file)) CHECK(tally.silent == silent);
  }
  CHECK(tally.of("refused") > 0);
  CHECK(tally.of("tail") > 0);
}

TEST_CASE("hostile: a file removed, or followed by something") {
  const Specimen specimen("one");
  Tally tally;
  for (const auto& file : specimen.files()) {
    CAPTURE(file);
    Trial trial(specimen, file, 1);
    trial.with(trial.whole() + std::string(1, '\0'), tally);
    trial.with(trial.whole() + std::string(4097, 'x'), tally);
    fs::remove(specimen.path / file);
    const std::string ending = look(specimen, specimen.path, tally);
    write(specimen, specimen.copy(), ending);
    static const std::set<std::string> kUnneeded = {"IDENTITY", "LOCK", "lock"};
    const std::string name = file.filename();
    const bool needed = !kUnneeded.contains(name) && !name.starts_with("OPTIONS") &&
                        !file.string().starts_with("snapshots") && !trial.whole().empty();
    CHECK(ending == (needed ? "refused" : "intact"));
  }
}

TEST_CASE("hostile: files of another ledger") {
  const Specimen specimen("one"), other("two");
  Tally tally;
  int exchanged = 0;
  for (const auto& file : specimen.files()) {
    if (!fs::exists(other.path / file)) continue;
    CAPTURE(file);
    const std::string foreign = read_all(other.path / file);
    Trial trial(specimen, file, 1);
    const bool same = foreign == trial.whole();
    exchanged += same ? 0 : 1;
    const std::string ending = trial.with(foreign, tally);
    static const std::set<std::string> kUnneeded = {"IDENTITY", "LOCK", "lock"};
    const std::string name = file.filename();
    const bool needed = !same && !kUnneeded.contains(name) && !name.starts_with("OPTIONS");
    CHECK(ending == (needed ? "refused" : "intact"));
  }
  CHECK(exchanged >= 7);
  for (const char* folder : {"events", "snapshots", "evidence"}) {
    CAPTURE(folder);
    const fs::path copy = specimen.copy();
    copy_directory(other.path / folder, copy / folder);
    CHECK(look(specimen, copy, tally) == "refused");
  }
  CHECK(tally.silent == 0);
}

TEST_CASE("hostile: an older copy of a file, of a folder, and of all of it") {
  const Specimen specimen("one");
  Tally tally;
  for (const fs::path& older : specimen.older) {
    for (const auto& file : specimen.files()) {
      if (!fs::exists(older / file)) continue;
      CAPTURE(older, file);
      const std::string before = read_all(older / file);
      Trial trial(specimen, file, 1);
      const std::string ending = trial.with(before, tally);
      // An older anchor vouches for less; that is all.
      if (file == "anchor") CHECK(ending == "intact");
    }
    const fs::path copy = specimen.copy();
    copy_directory(older / "events", copy / "events");
    CHECK(look(specimen, copy, tally) == "refused");
    // All of it: no single disk can notice, and what it holds is what was acknowledged then.
    const Verification whole = verify(older);
    CHECK(whole.ending() == Ending::intact);
    CHECK(whole.head < specimen.anchored);
    OpeningReport report;
    const auto store = RocksEventStore::open_reader(older, report);
    const Log found = read(*store);
    CHECK(std::equal(found.begin(), found.end(), specimen.log.begin()));
  }
  CHECK(tally.silent == 0);
}

}  // namespace migledger::ledger
