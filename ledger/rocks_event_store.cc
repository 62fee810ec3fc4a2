#include "ledger/rocks_event_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <exception>
#include <mutex>
#include <unordered_map>

#include "ledger/files.h"
#include "ledger/group_commit.h"
#include "ledger/keys.h"
#include "ledger/ledger_directory.h"
#include "ledger/merkle_tiles.h"
#include "ledger/planted.h"
#include "ledger/rocks_cursor.h"
#include "ledger/rocks_database.h"
#include "ledger/search_index.h"
#include "ledger/sequencer.h"
#include "ledger/stream_index.h"

namespace migledger::ledger {

namespace {

constexpr std::chrono::seconds kAnchorEvery{2};

// A group is written in pieces of about this size, each with its own sync, so that the bound on
// the log of an unclean end holds however many callers meet.
constexpr std::size_t kPieceBytes = 256 << 10;

// What an opening indexes of events that another version appended: a second or two. The rest waits
// for the next ones.
constexpr Position kMostToFill = 500'000;

struct Request {
  std::span<EventDraft> drafts;
  Position last = 0;
  std::exception_ptr error;
};

rocksdb::Slice slice(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

struct RocksEventStore::State : StreamLookup {
  State(LedgerDirectory directory, const OpenOptions& options, Opened opened)
      : directory(std::move(directory)),
        steady_now(options.steady_now),
        keep_tiles(options.keep_tiles),
        lock(nullptr),
        database(std::move(opened.database)),
        anchor(std::move(opened.anchor)),
        anchored(anchor.position()),
        anchored_at(steady_now()),
        head(opened.head) {}

  std::uint64_t version_of(StreamId stream) const override {
    const std::lock_guard guard(mutex);
    if (const auto found = versions.find(stream); found != versions.end()) return found->second;
    const std::uint64_t version = indexed_version(*database, stream);
    if (version != 0 && lock) versions.emplace(stream, version);
    return version;
  }

  std::optional<StreamId> stream_named(std::string_view migration) const override {
    return indexed_stream(*database, migration);
  }

  void process(std::span<Request*> group);
  void finish();
  std::string why_refused() const;
  std::string refuse(std::string why);  // from now on, unless already; returns why
  void write(Sequencer& sequencer, std::vector<StampedEvent>& events);
  void roll_forward();
  void write_anchor_now();

  const LedgerDirectory directory;
  const std::function<std::chrono::steady_clock::time_point()> steady_now;
  const bool keep_tiles;
  std::unique_ptr<WriterLock> lock;  // none for a reader
  std::unique_ptr<Database> database;
  SearchIndex search;  // a writer's
  GroupCommit<Request> commits;

  TileKeeper tiles;

  // Changed only by whoever finishes a group.
  Anchor anchor;      // of the head
  Position anchored;  // where the anchor file stands
  std::chrono::steady_clock::time_point anchored_at;

  mutable std::mutex mutex;                      // of what follows
  std::vector<std::vector<std::byte>> unhashed;  // written, not yet in the anchor
  bool finishing = false;                        // somebody takes them
  std::string failure;                           // why nothing more is accepted
  Head head;
  mutable std::unordered_map<StreamId, std::uint64_t> versions;
};

void RocksEventStore::State::write(Sequencer& sequencer, std::vector<StampedEvent>& events) {
  rocksdb::WriteBatch batch;
  for (const StampedEvent& event : events) {
    const std::string position = keys::number(event.position);
    batch.Put(database->events, position, slice(event.bytes));
    batch.Put(database->index, keys::stream(event.stream, event.version), position);
    if (!event.migration.empty()) batch.Put(database->index, keys::name(event.migration), position);
  }
  search.add(*database, batch, events);
  tiles.add_ready(*database, batch);
  rocksdb::WriteOptions synced;
  synced.sync = !planted(PlantedBug::skip_sync);
  const auto status = database->db->Write(synced, &batch);
  if (!status.ok())
    throw LedgerError(LedgerErrorKind::disk,
                      "appending to " + directory.path.string() + ": " + status.ToString());
  const std::lock_guard guard(mutex);
  for (StampedEvent& event : events) unhashed.push_back(std::move(event.bytes));
  events.clear();
  head = sequencer.head();
  for (const auto& [stream, version] : sequencer.versions()) versions[stream] = version;
}

void RocksEventStore::State::process(std::span<Request*> group) {
  std::size_t written = 0;  // requests whose fate is settled
  try {
    if (const auto why = why_refused(); !why.empty()) throw LedgerError(LedgerErrorKind::disk, why);
    Sequencer sequencer(*this, head);
    std::vector<StampedEvent> events;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::size_t before = events.size();
      try {
        sequencer.stamp(group[i]->drafts, events);
        group[i]->last = sequencer.head().position;
      } catch (const LedgerError& e) {
        // What the log could not be asked concerns everyone; the rest is the caller's own.
        if (e.kind == LedgerErrorKind::disk || e.kind == LedgerErrorKind::corrupt) throw;
        group[i]->error = std::current_exception();
      } catch (const std::exception&) {
        group[i]->error = std::current_exception();
      }
      for (std::size_t e = before; e < events.size(); ++e) bytes += events[e].bytes.size();
      if (events.empty() || (bytes < kPieceBytes && i + 1 < group.size())) continue;
      write(sequencer, events);
      bytes = 0;
      written = i + 1;
    }
  } catch (const std::exception& e) {
    const std::string why =
        refuse(std::string(e.what()) +
               "; whether the last events were kept is known when the ledger is opened again");
    const auto error = std::make_exception_ptr(LedgerError(LedgerErrorKind::disk, why));
    for (std::size_t i = written; i < group.size(); ++i)
      if (!group[i]->error) group[i]->error = error;
  }
}

void RocksEventStore::State::finish() {
  std::unique_lock guard(mutex);
  if (finishing) return;  // whoever does it takes ours, too
  finishing = true;
  while (!unhashed.empty()) {
    std::vector<std::vector<std::byte>> events;
    events.swap(unhashed);
    const bool refused = !failure.empty();
    guard.unlock();
    try {
      for (const auto& bytes : events) {
        anchor.append(bytes);
        if (keep_tiles) tiles.append(*database, anchor);
      }
      if (!refused && steady_now() - anchored_at >= kAnchorEvery) write_anchor_now();
    } catch (const std::exception& e) {
      // These events are safe; but going on would stretch the time that no anchor vouches for.
      refuse(std::string(e.what()) + "; nothing more is accepted until the ledger is opened again");
    }
    guard.lock();
  }
  finishing = false;
}

std::string RocksEventStore::State::why_refused() const {
  const std::lock_guard guard(mutex);
  return failure;
}

std::string RocksEventStore::State::refuse(std::string why) {
  const std::lock_guard guard(mutex);
  if (failure.empty()) failure = std::move(why);
  return failure;
}

void RocksEventStore::State::roll_forward() {
  const auto cursor = scan_events(*database, anchor.position() + 1, head.position);
  while (cursor->next()) anchor.append(cursor->bytes());
}

void RocksEventStore::State::write_anchor_now() {
  if (anchored == anchor.position()) return;
  write_anchor(directory.anchor(), anchor);
  anchored = anchor.position();
  anchored_at = steady_now();
}

RocksEventStore::RocksEventStore(std::unique_ptr<State> state) : state_(std::move(state)) {}

RocksEventStore::~RocksEventStore() {
  try {
    close();
  } catch (const std::exception&) {
    // A destructor has nobody to tell; the log itself is synced, so the next opening finds it all.
  }
}

std::unique_ptr<RocksEventStore> RocksEventStore::create(const std::filesystem::path& path,
                                                         const Holder& holder, EventDraft first,
                                                         const OpenOptions& options) {
  using DirectoryState = LedgerDirectory::State;
  const LedgerDirectory directory{path};
  const auto refuse_existing = [&] {
    throw LedgerError(LedgerErrorKind::refused,
                      path.string() + " is already a ledger; open it, or choose another directory");
  };
  if (directory.inspect() == DirectoryState::complete) refuse_existing();
  make_private_directory(path);
  std::error_code ignored;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, ignored);
  auto lock = std::make_unique<WriterLock>(directory.lock(), holder);
  // Again, now that nobody else is at it.
  const DirectoryState state = directory.inspect();
  if (state == DirectoryState::complete) refuse_existing();
  if (state == DirectoryState::unfinished) directory.clear_unfinished();
  directory.begin_creation();
  Opened opened;
  opened.database = open_database(directory.events(), DatabaseMode::create, options.file_system);
  auto made = std::make_unique<State>(directory, options, std::move(opened));
  made->lock = std::move(lock);
  std::unique_ptr<RocksEventStore> store(new RocksEventStore(std::move(made)));
  store->append_one(first);
  store->advance_anchor();
  directory.finish_creation();
  return store;
}

std::unique_ptr<RocksEventStore> RocksEventStore::open_writer(const std::filesystem::path& path,
                                                              const Holder& holder,
                                                              OpeningReport& report,
                                                              const OpenOptions& options) {
  const LedgerDirectory directory{path};
  if (directory.inspect() != LedgerDirectory::State::complete)
    throw LedgerError(LedgerErrorKind::missing,
                      "there is no ledger in " + path.string() +
                          "; name another directory: the first run makes a ledger");
  auto lock = std::make_unique<WriterLock>(directory.lock(), holder);
  auto state = std::make_unique<State>(directory, options,
                                       open_for_writing(directory, options.file_system, report));
  state->lock = std::move(lock);
  state->roll_forward();
  state->write_anchor_now();
  if (!index_is_current(*state->database, state->head.position)) {
    ledger::rebuild_index(*state->database, state->head.position);
    report.index_rebuilt = true;
  }
  state->search.open(*state->database, state->head.position);
  report.search_filled = state->search.fill(*state->database, state->head.position, kMostToFill);
  report.search_missing = state->search.missing(state->head.position);
  if (state->keep_tiles) state->tiles.catch_up(*state->database, state->head.position);
  return std::unique_ptr<RocksEventStore>(new RocksEventStore(std::move(state)));
}

std::unique_ptr<RocksEventStore> RocksEventStore::create_or_open(
    const std::filesystem::path& directory, const Holder& holder,
    const std::function<EventDraft()>& first, OpeningReport& report, const OpenOptions& options) {
  if (LedgerDirectory{directory}.inspect() == LedgerDirectory::State::complete)
    return open_writer(directory, holder, report, options);
  auto store = create(directory, holder, first(), options);
  report.head = store->head().position;
  return store;
}

std::unique_ptr<RocksEventStore> RocksEventStore::open_reader(const std::filesystem::path& path,
                                                              OpeningReport& report,
                                                              const OpenOptions& options) {
  const LedgerDirectory directory{path};
  if (directory.inspect() != LedgerDirectory::State::complete)
    throw LedgerError(LedgerErrorKind::missing,
                      "there is no ledger in " + path.string() +
                          "; name another directory: the first run makes a ledger");
  return std::unique_ptr<RocksEventStore>(new RocksEventStore(std::make_unique<State>(
      directory, options, open_for_reading(directory, options.file_system, report))));
}

std::optional<Holder> RocksEventStore::current_writer(const std::filesystem::path& directory) {
  return WriterLock::holder(LedgerDirectory{directory}.lock());
}

Position RocksEventStore::append(std::span<EventDraft> drafts) {
  if (!state_->lock)
    throw LedgerError(LedgerErrorKind::refused,
                      state_->directory.path.string() + " was opened for reading only");
  if (drafts.empty()) return head().position;
  Request request{drafts, 0, nullptr};
  state_->commits.submit(
      request, [this](std::span<Request*> group) { state_->process(group); },
      [this] { state_->finish(); });
  if (request.error) std::rethrow_exception(request.error);
  return request.last;
}

Head RocksEventStore::head() const {
  const std::lock_guard guard(state_->mutex);
  return state_->head;
}

std::unique_ptr<EventCursor> RocksEventStore::scan(Position from, Position to) const {
  return scan_events(*state_->database, from, std::min(to, head().position));
}

std::unique_ptr<EventCursor> RocksEventStore::scan_stream(StreamId stream,
                                                          std::uint64_t from_version) const {
  return scan_stream_events(*state_->database, stream, from_version);
}

std::unique_ptr<EventCursor> RocksEventStore::find(std::span<const Term> terms, Position from,
                                                   Position to) const {
  return find_events(*state_->database, terms, from, std::min(to, head().position));
}

std::uint64_t RocksEventStore::stream_version(StreamId stream) const {
  return state_->version_of(stream);
}

std::optional<StreamId> RocksEventStore::find_stream(std::string_view migration) const {
  return state_->stream_named(migration);
}

MerkleFrontier RocksEventStore::frontier() const {
  if (state_->lock) return state_->anchor.frontier;
  Anchor anchor = state_->anchor;
  const auto cursor = scan(anchor.position() + 1);
  while (cursor->next()) anchor.append(cursor->bytes());
  return anchor.frontier;
}

std::unique_ptr<TileSource> RocksEventStore::tiles(bool stored) const {
  return std::make_unique<LedgerTiles>(*state_->database, stored);
}

void RocksEventStore::advance_anchor() {
  if (state_->lock && state_->failure.empty()) state_->write_anchor_now();
}

void RocksEventStore::close() {
  if (!state_->database) return;
  const auto database = std::move(state_->database);
  if (!state_->lock) return;
  if (state_->failure.empty()) {
    state_->tiles.flush(*database);
    flush(*database);
    state_->write_anchor_now();
  }
  state_->lock.reset();
}

std::optional<std::string> RocksEventStore::check_index() const {
  const Position head = this->head().position;
  if (auto difference = compare_index(*state_->database, head)) return difference;
  return compare_search_index(*state_->database, head);
}

void RocksEventStore::rebuild_index() {
  const Position head = state_->head.position;
  ledger::rebuild_index(*state_->database, head);
  clear_search_index(*state_->database);
  state_->search.open(*state_->database, head);
  state_->search.fill(*state_->database, head, head);
}

}  // namespace migledger::ledger
