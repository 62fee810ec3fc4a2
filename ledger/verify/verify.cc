#include "ledger/verify/verify.h"

#include <kj/exception.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <future>
#include <thread>

#include "ledger/base/in_order.h"
#include "ledger/base/printable.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/fold/fleet_keeper.h"
#include "ledger/fold/snapshot_store.h"
#include "ledger/index/merkle_tiles.h"
#include "ledger/index/search_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"
#include "ledger/verify/verify_order.h"
#include "ledger/verify/verify_stretch.h"
#include "ledger/verify/verify_tree.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

// A power of two, so that the trees of stretches join. Large enough that starting one costs
// nothing, small enough that a few of them fit into memory (and mostly into the cache).
constexpr Position kStretch = 16384;

constexpr std::uint64_t kFindingsKept = 100;  // findings of each check

// ---- snapshots
// -----------------------------------------------------------------------------------

// Folds the events, and holds each snapshot against the fold at its position.
class SnapshotCheck {
 public:
  SnapshotCheck(const fs::path& ledger, Verification& result) : store_(ledger), result_(result) {
    // Listed before the log is opened: whatever a snapshot was made of must be there then.
    for (const Position position : store_.positions(kFleetKind)) {
      SnapshotStore::Read read = store_.read(kFleetKind, FleetSummary::kFoldVersion, position);
      if (read.snapshot)
        snapshots_.push_back(std::move(*read.snapshot));
      else if (read.other_fold)
        result_.remarks.push_back(file_of(position) + " " + read.problem + "; it is not used");
      else if (!read.problem.empty())
        report(position, "the snapshot " + read.problem);
    }
    std::reverse(snapshots_.begin(), snapshots_.end());
  }

  // Whatever the last snapshot was made of must be in a log that ends at `head`. From here on those
  // beyond `until` are left out.
  void begin(Position head, Position until) {
    while (!snapshots_.empty() && snapshots_.back().position > std::min(head, until)) {
      const Position position = snapshots_.back().position;
      if (position > head)
        result_.findings.add(
            {Check::snapshot, position, file_of(position),
             "a snapshot was made at " + position_words(position) + ", but the log ends at " +
                 position_words(head) + ": the events between were acknowledged, and are lost",
             "restore the ledger's directory from a copy; or go on with what is there, and run "
             "migledger reconcile first"});
      snapshots_.pop_back();
    }
  }

  // The last position that is needed; 0: none.
  Position last() const { return snapshots_.empty() ? 0 : snapshots_.back().position; }
  void add_sizes(std::vector<std::uint64_t>& sizes) const {
    for (const auto& snapshot : snapshots_) sizes.push_back(snapshot.position);
  }

  void fold(const Stretch& stretch) {
    for (Position position = stretch.first;
         next_ < snapshots_.size() && position <= std::min(stretch.last(), last()); ++position) {
      const auto bytes = stretch.bytes_at(position);
      const auto kind = stretch.facts[position - stretch.first].kind;
      // What is wrong with the event has been found already.
      if (bytes.empty() || kind == EventFacts::Kind::unreadable) return stop();
      try {
        fleet_.apply(decoder_.decode(bytes));
      } catch (const kj::Exception&) {
        return stop();
      }
      if (position == snapshots_[next_].position) compare(snapshots_[next_++], leaf_hash(bytes));
    }
  }

  // After all events have been read.
  void check_roots() {
    for (const auto& [position, root] : roots_) {
      const auto tree = result_.trees.find(position);
      if (tree != result_.trees.end() && tree->second.root() != root)
        report(position,
               "the snapshot was made over other events: its root is not that of the "
               "events up to its position");
    }
  }

 private:
  std::string file_of(Position position) const {
    return "snapshots/" + store_.file_of(kFleetKind, position).filename().string();
  }

  void report(Position position, const std::string& what) {
    result_.findings.add({Check::snapshot, position, file_of(position), what,
                          "the log is unharmed; remove the file, the next run makes another"});
  }

  void compare(const Snapshot& snapshot, const Digest& leaf) {
    ++result_.snapshots;
    roots_.emplace_back(snapshot.position, snapshot.root);
    const auto saved = FleetSummary::load(snapshot.payload);
    if (snapshot.head != leaf)
      report(snapshot.position, "the snapshot was made of other events than are here");
    else if (!saved || !(*saved == fleet_))
      report(snapshot.position, "the snapshot is not what the events fold to");
  }

  void stop() {
    if (next_ < snapshots_.size())
      result_.remarks.push_back("snapshots could not be held against events that cannot be read");
    next_ = snapshots_.size();
  }

  const SnapshotStore store_;
  Verification& result_;
  std::vector<Snapshot> snapshots_;  // ascending
  std::size_t next_ = 0;
  std::vector<std::pair<Position, Digest>> roots_;
  FleetSummary fleet_;
  Decoder decoder_;
};

// ---- the index
// -----------------------------------------------------------------------------------

struct IndexRead {
  IndexSum sum;
  std::vector<std::string> problems;  // the first few
  std::string lacks;                  // the first version that a stream lacks there
};

// Reads all entries of events up to `head`. Throws LedgerError(disk).
IndexRead read_index(const Database& database, Position head, const IndexSum::Keys& keys) {
  constexpr std::size_t kMost = 5;
  IndexRead read{IndexSum(keys), {}, {}};
  const auto report = [&](const std::string& what) {
    if (read.problems.size() < kMost) read.problems.push_back(what);
  };
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  const std::unique_ptr<rocksdb::Iterator> it(database.db->NewIterator(options, database.index));
  keys::StreamKey before{~StreamId{0}, 0};
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view key = it->key().ToStringView();
    const auto position = keys::read_number(it->value().ToStringView());
    if (key == keys::kRebuilding) {
      report("a rebuilding of it was cut off");
      continue;
    }
    if (read_tile_key(key) || is_search_key(key)) continue;  // looked at for themselves
    const bool names = !key.empty() && key[0] == keys::kNameTag;
    const auto stream = keys::read_stream(key);
    if (!position || (!names && !stream)) {
      report("it has an entry that is none");
      continue;
    }
    if (*position > head) continue;
    if (names) {
      read.sum.add_name(key.substr(1), *position);
      continue;
    }
    const std::uint64_t expected = stream->stream == before.stream ? before.version + 1 : 1;
    if (stream->version != expected && read.lacks.empty())
      read.lacks = "of stream " + std::to_string(stream->stream) + " it lacks version " +
                   std::to_string(expected);
    before = *stream;
    read.sum.add_event(stream->stream, stream->version, *position);
  }
  if (!it->status().ok()) {
    const LedgerError error = error_of(it->status(), "reading the index of streams");
    if (error.kind != LedgerErrorKind::corrupt) throw LedgerError(error);
    report("it cannot be read: " + it->status().ToString());
  }
  return read;
}

void check_index(const IndexRead& found, const IndexSum& expected, Findings& findings) {
  const auto report = [&](const std::string& what) {
    findings.add({Check::index, 0, "", "the index of streams does not match the events: " + what,
                  "the events are unharmed, but what follows one migration may be refused: restore "
                  "the ledger's directory from a copy"});
  };
  for (const std::string& problem : found.problems) report(problem);
  if (!found.problems.empty() || found.sum == expected) return;
  if (!found.lacks.empty()) return report(found.lacks);
  report(found.sum.entries() == expected.entries()
             ? "an entry leads to another position than its event has"
             : "it has " + std::to_string(found.sum.entries()) +
                   " entries, and the events call for " + std::to_string(expected.entries()));
}

// Finding the terms of an event costs more than all else that is looked at.
constexpr Position kMostSearched = 1'000'000;

void check_search_index(const Database& database, Position head, Verification& result) {
  if (head > kMostSearched) {
    result.remarks.push_back(
        "the search index was not compared with so many events; it is never "
        "believed over them");
    return;
  }
  std::optional<std::string> difference;
  try {
    difference = compare_search_index(database, head);
  } catch (const LedgerError& error) {
    if (error.kind != LedgerErrorKind::corrupt) throw;
    difference = error.what();
  }
  if (difference)
    result.findings.add(
        {Check::index, 0, "", *difference,
         "the events are unharmed, but history may not find all of them by resource "
         "or request: export --jsonl and import make a ledger with a new index"});
}

// ---- evidence
// ------------------------------------------------------------------------------------

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    return keys::number_at({reinterpret_cast<const char*>(digest.data()), 8}, 0);
  }
};
using EvidenceNamed = std::unordered_map<Digest, Position, DigestHash>;

// `forked`: where this ledger began to go on from another one, with which earlier evidence is.
void check_evidence(const fs::path& ledger, const EvidenceNamed& named, Position forked,
                    unsigned threads, Verification& result) {
  std::vector<std::pair<Position, Digest>> files;
  for (const auto& [digest, position] : named)
    if (position > forked) files.emplace_back(position, digest);
  if (files.size() < named.size())
    result.remarks.push_back("evidence from before #" + std::to_string(forked) +
                             " is with the ledger that this one was forked from");
  std::sort(files.begin(), files.end());
  const EvidenceStore store(ledger);
  using Looked = std::optional<Finding>;
  const auto look = [&](std::size_t i, Looked& found) {
    const auto& [position, digest] = files[i];
    const std::string hex = to_hex(digest);
    const std::string file = "evidence/" + hex.substr(0, 2) + "/" + hex;
    found.reset();
    try {
      if (!store.get(digest))
        found = {Check::evidence_missing, position, file,
                 "evidence that the event at " + position_words(position) + " names is missing",
                 "no state depends on it; put the file back from a copy, if there is one"};
    } catch (const LedgerError& e) {
      const bool damaged = e.kind == LedgerErrorKind::corrupt;
      found = {Check::evidence_damaged, position, file,
               "evidence that the event at " + position_words(position) + " names " +
                   (damaged ? "is damaged: its content does not have the SHA-256 in its name"
                            : "cannot be read: " + std::string(e.what())),
               "no state depends on it; put the file back from a copy, if there is one"};
    }
  };
  make_in_order<Looked>(
      files.size(), threads, [&] { return look; },
      [&](std::size_t, Looked& found) {
        ++result.evidence;
        if (found) result.findings.add(std::move(*found));
      });
}

// ---- everything
// ----------------------------------------------------------------------------------

class Verifier {
 public:
  Verifier(const LedgerDirectory& directory, const VerifyOptions& options)
      : directory_(directory),
        options_(options),
        threads_(options.threads != 0 ? options.threads
                                      : std::clamp(std::thread::hardware_concurrency(), 1u, 16u)),
        snapshots_(directory.path, result_),
        order_(result_.findings),
        tiles_(result_),
        checkpoints_(result_) {}

  Verification run() {
    checkpoints_.list(directory_.path, options_.checkpoints);
    if (!open()) return std::move(result_);
    const Database& database = *opened_.database;
    result_.head = std::min(options_.until, opened_.head.position);
    result_.anchored = opened_.anchor.position();
    snapshots_.begin(opened_.head.position, options_.until);
    StretchWishes wishes;
    wishes.sizes = options_.sizes;
    wishes.sizes.push_back(result_.anchored);
    snapshots_.add_sizes(wishes.sizes);
    checkpoints_.add_sizes(wishes.sizes);
    std::sort(wishes.sizes.begin(), wishes.sizes.end());
    wishes.fold_to = snapshots_.last();
    wishes.keys = IndexSum::draw();
    expected_ = IndexSum(wishes.keys);
    if (!wishes.sizes.empty() && wishes.sizes.front() == 0) result_.trees.emplace(0, tree_);

    auto index = std::async(std::launch::async,
                            [&] { return read_index(database, result_.head, wishes.keys); });
    const std::size_t stretches = (result_.head + kStretch - 1) / kStretch;
    make_in_order<Stretch>(
        stretches, threads_,
        [&] {
          return [&, taker = std::make_shared<StretchTaker>(wishes)](std::size_t i, Stretch& into) {
            const Position first = i * kStretch + 1;
            read_stretch(database, first, std::min<Position>(first + kStretch - 1, result_.head),
                         *taker, into);
            look_for_tiles(database, into);
          };
        },
        [&](std::size_t, Stretch& stretch) { take(stretch); });
    const IndexRead found = index.get();

    if (whole_) result_.tree = tree_;
    result_.time = time_from_micros(order_.time());
    result_.migrations = order_.migrations();
    result_.intents = order_.intents();
    result_.unknown_events = order_.unknown_events();
    check_anchor();
    checkpoints_.check(database, opened_.head.position);
    if (whole_) tiles_.end(database, opened_.head.position);
    // What is missing in the log would be found missing from the index, too.
    if (whole_ && result_.findings.counts().count(Check::event) == 0)
      check_index(found, expected_, result_.findings);
    if (whole_) check_search_index(database, result_.head, result_);
    snapshots_.check_roots();
    check_evidence(directory_.path, evidence_, forked_, threads_, result_);
    return std::move(result_);
  }

 private:
  bool open() {
    try {
      opened_ = open_for_reading(directory_, options_.file_system, result_.opening);
      const auto cursor = scan_events(*opened_.database, 1, 1);
      if (opened_.head.position != 0 && cursor->next() &&
          cursor->event().getBody().isLedgerCreated()) {
        const auto created = cursor->event().getBody().getLedgerCreated();
        result_.ledger_id = view(created.getLedgerId());
        result_.cloud = view(created.getCloud());
      }
      return true;
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::corrupt) throw;
      result_.findings.add({Check::opening, 0, "", e.what(), ""});
    } catch (const kj::Exception& e) {
      result_.findings.add({Check::opening, 0, "",
                            std::string("an event cannot be read: ") + e.getDescription().cStr(),
                            "restore the ledger's directory from a copy"});
    }
    return false;
  }

  void take(const Stretch& stretch) {
    for (const Finding& finding : stretch.findings) result_.findings.add(finding);
    order_.add(stretch);
    if (stretch.forked != 0) forked_ = stretch.forked;
    snapshots_.fold(stretch);
    expected_.add(stretch.index);
    for (const auto& [position, digest] : stretch.evidence) {
      Position& named = evidence_.try_emplace(digest, position).first->second;
      // Evidence that is named again after a fork must be in this ledger, too.
      if (named <= forked_) named = position;
    }
    if (!whole_) return;
    tiles_.take(*opened_.database, stretch);
    checkpoints_.take(stretch);
    if (options_.leaves && !stretch.leaves.empty()) options_.leaves(stretch.first, stretch.leaves);
    for (const auto& [size, tree] : stretch.trees) {
      MerkleFrontier& whole = result_.trees[size] = tree_;
      whole.append(tree);
    }
    tree_.append(stretch.tree);
    tree_.append(stretch.block);
    whole_ = stretch.is_whole();
  }

  void check_anchor() {
    const auto tree = result_.trees.find(result_.anchored);
    if (tree == result_.trees.end() || tree->second == opened_.anchor.frontier) return;
    result_.findings.add({Check::anchor, result_.anchored, "anchor",
                          "the events up to " + position_words(result_.anchored) +
                              " are not those that were acknowledged: their root is " +
                              to_hex(tree->second.root()) + ", and the anchor has " +
                              to_hex(opened_.anchor.frontier.root()),
                          "restore the whole ledger directory from a copy"});
  }

  const LedgerDirectory directory_;
  const VerifyOptions& options_;
  const unsigned threads_;
  Verification result_;
  SnapshotCheck snapshots_;
  OrderCheck order_;
  Opened opened_;
  MerkleFrontier tree_;
  bool whole_ = true;  // no event was missing so far
  IndexSum expected_;
  EvidenceNamed evidence_;
  Position forked_ = 0;  // the last event that says so
  TileCheck tiles_;
  CheckpointCheck checkpoints_;
};

}  // namespace

std::string_view name_of(Check check) {
  switch (check) {
    case Check::opening:
      return "opening";
    case Check::log:
      return "log";
    case Check::event:
      return "event";
    case Check::header:
      return "header";
    case Check::session:
      return "session";
    case Check::cause:
      return "cause";
    case Check::intent:
      return "intent";
    case Check::anchor:
      return "anchor";
    case Check::index:
      return "index";
    case Check::snapshot:
      return "snapshot";
    case Check::evidence_missing:
      return "evidence-missing";
    case Check::evidence_damaged:
      return "evidence-damaged";
    case Check::checkpoint:
      return "checkpoint";
    case Check::tile:
      return "tile";
    case Check::entry:
      return "entry";
    case Check::file:
      return "file";
  }
  return "?";
}

void Findings::add(Finding finding) {
  if (++counts_[finding.check] <= kFindingsKept) kept_.push_back(std::move(finding));
}

std::uint64_t Findings::count() const {
  std::uint64_t all = 0;
  for (const auto& [check, count] : counts_) all += count;
  return all;
}

Verification::Ending Verification::ending() const {
  if (findings.count() != 0) return Ending::refused;
  return opening.dropped_tail ? Ending::tail_passed_over : Ending::intact;
}

Findings verify_events(const EventStore& store) {
  Findings findings;
  OrderCheck order(findings);
  const StretchWishes wishes;
  StretchTaker taker(wishes);
  Stretch stretch;
  const Position head = store.head().position;
  const auto cursor = store.scan(1, head);
  for (Position first = 1; first <= head; first += kStretch) {
    const Position last = std::min(first + kStretch - 1, head);
    taker.begin(first, last, stretch);
    for (Position position = first; position <= last && cursor->next(); ++position)
      taker.take(position, cursor->bytes(), stretch);
    for (const Finding& finding : stretch.findings) findings.add(finding);
    order.add(stretch);
  }
  return findings;
}

Verification verify(const fs::path& ledger, const VerifyOptions& options) {
  const LedgerDirectory directory{ledger};
  if (directory.inspect() != LedgerDirectory::State::complete)
    throw LedgerError(LedgerErrorKind::missing,
                      "there is no ledger in " + ledger.string() +
                          "; name another directory: the first run makes a ledger");
  return Verifier(directory, options).run();
}

}  // namespace migledger::ledger
