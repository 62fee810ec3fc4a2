#include "ledger/store/rocks_event_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <exception>
#include <mutex>

#include "ledger/base/files.h"
#include "ledger/base/planted.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/index/index_follower.h"
#include "ledger/index/search_index.h"
#include "ledger/index/stream_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"
#include "ledger/rocks/rocks_database.h"
#include "ledger/store/group_commit.h"
#include "ledger/store/sequencer.h"

namespace migledger::ledger {

namespace {

constexpr std::chrono::seconds kAnchorEvery{2};

// A group is written in pieces of about this size, each with its own sync, so that the bound on
// the log of an unclean end holds however many callers meet.
constexpr std::size_t kPieceBytes = 256 << 10;

// So many events are finished together: alone, each would find the caches of the processor cold
// after the wait for the disk.
constexpr std::size_t kFinishTogether = 64;
constexpr std::size_t kFinishUnderPressure = 512;

// Events that wait for finish(). If there are more, appends wait for it, too.
constexpr std::size_t kMostUnfinished = 8192;

rocksdb::Slice slice(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One append.
struct Request {
  std::span<EventDraft> drafts;
  std::vector<StampedEvent> events;  // until they are in a piece
  std::size_t piece = 0;             // the one they are in
  Position last = 0;
  std::exception_ptr error;
};

// Appends that are written together.
struct Piece {
  rocksdb::WriteBatch batch;
  std::vector<std::vector<std::byte>> events;
  Head head;  // with them

  void clear() {
    if (batch.GetDataSize() > 2 * kPieceBytes) batch = rocksdb::WriteBatch();
    batch.Clear();
    events.clear();
  }
};

// Appends that meet.
struct Group {
  std::vector<Request*> requests;
  std::vector<Piece> pieces{1};
  std::size_t used = 0;

  // The piece that more can be added to.
  Piece& open_piece() {
    if (used == 0 || pieces[used - 1].batch.GetDataSize() >= kPieceBytes)
      if (++used > pieces.size()) pieces.emplace_back();
    return pieces[used - 1];
  }

  void clear() {
    requests.clear();
    pieces.resize(1);
    pieces[0].clear();
    used = 0;
  }
};

}  // namespace

struct RocksEventStore::State : StreamLookup {
  State(LedgerDirectory directory, const OpenOptions& options, Opened opened)
      : directory(std::move(directory)),
        steady_now(options.steady_now),
        lock(nullptr),
        database(std::move(opened.database)),
        sequencer(*this, opened.head),
        follower(options.keep_tiles),
        anchor(std::move(opened.anchor)),
        anchored(anchor.position()),
        anchored_at(steady_now()),
        head(opened.head) {}

  std::uint64_t version_of(StreamId stream) const override {
    return indexed_version(*database, stream);
  }

  std::optional<StreamId> stream_named(std::string_view migration) const override {
    return indexed_stream(*database, migration);
  }

  void enter(Group& group, Request& request);
  void add(Group& group, Request& request);  // which has been stamped
  void process(Group& group);
  // Takes in what was written, if it is so many events, or if the anchor is due.
  void finish(std::size_t at_least = 1);
  Head acknowledged() const;
  std::string why_refused() const;
  std::string refuse(std::string why);  // from now on, unless already; returns why
  void write(Piece& piece);
  void roll_forward();
  void write_anchor_now();

  const LedgerDirectory directory;
  const std::function<std::chrono::steady_clock::time_point()> steady_now;
  std::unique_ptr<WriterLock> lock;  // none for a reader
  std::unique_ptr<Database> database;
  GroupCommit<Group> commits;
  Sequencer sequencer;  // of whoever enters a group

  // Changed only by whoever finishes a group.
  IndexFollower follower;
  Anchor anchor;      // of the head
  Position anchored;  // where the anchor file stands

  mutable std::mutex mutex;                           // of what follows
  std::chrono::steady_clock::time_point anchored_at;  // when it was written
  std::vector<std::vector<std::byte>> unhashed;       // written, not yet in the anchor
  bool finishing = false;                             // somebody takes them
  std::condition_variable taken;                      // by them
  std::string failure;                                // why nothing more is accepted
  Head head;
};

void RocksEventStore::State::enter(Group& group, Request& request) {
  group.requests.push_back(&request);
  bool stamped = false;
  try {
    sequencer.stamp(request.drafts, request.events);
    stamped = true;
    add(group, request);
  } catch (const std::exception& e) {
    request.error = std::current_exception();
    // What the log could not be asked concerns everyone, and a place without an event, too; the
    // rest is the caller's own.
    const auto* ours = dynamic_cast<const LedgerError*>(&e);
    if (stamped || (ours != nullptr && (ours->kind == LedgerErrorKind::disk ||
                                        ours->kind == LedgerErrorKind::corrupt)))
      refuse(e.what());
  }
}

void RocksEventStore::State::add(Group& group, Request& request) {
  Piece& piece = group.open_piece();
  request.piece = group.used - 1;
  request.last = sequencer.head().position;
  piece.head = sequencer.head();
  bool named = false;
  for (StampedEvent& event : request.events) {
    const auto position = keys::number(event.position);
    piece.batch.Put(database->events, position, slice(event.bytes));
    piece.batch.Put(database->index, keys::stream(event.stream, event.version), position);
    if (!event.migration.empty()) {
      piece.batch.Put(database->index, keys::name(event.migration), position);
      named = true;
    }
    piece.events.push_back(std::move(event.bytes));
  }
  if (named) sequencer.forget_names(acknowledged().position);
}

void RocksEventStore::State::write(Piece& piece) {
  rocksdb::WriteOptions synced;
  synced.sync = !planted(PlantedBug::skip_sync);
  const auto status = database->db->Write(synced, &piece.batch);
  if (!status.ok())
    throw LedgerError(LedgerErrorKind::disk,
                      "appending to " + directory.path.string() + ": " + status.ToString());
  const std::lock_guard guard(mutex);
  for (auto& bytes : piece.events) unhashed.push_back(std::move(bytes));
  head = piece.head;
}

void RocksEventStore::State::process(Group& group) {
  std::size_t written = 0;  // pieces
  try {
    for (;; ++written) {
      if (const auto why = why_refused(); !why.empty())
        throw LedgerError(LedgerErrorKind::disk, why);
      if (written == group.used) return;
      write(group.pieces[written]);
    }
  } catch (const std::exception& e) {
    const std::string why =
        refuse(std::string(e.what()) +
               "; whether the last events were kept is known when the ledger is opened again");
    const auto error = std::make_exception_ptr(LedgerError(LedgerErrorKind::disk, why));
    // Also of those who were refused: what spoke against them may be among what was not written.
    for (Request* request : group.requests)
      if (request->error || request->piece >= written) request->error = error;
  }
}

void RocksEventStore::State::finish(std::size_t at_least) {
  std::unique_lock guard(mutex);
  if (unhashed.size() < at_least && steady_now() - anchored_at < kAnchorEvery) return;
  if (finishing) {
    // Whoever does it takes ours, too.
    taken.wait(guard, [&] { return !finishing || unhashed.size() < kMostUnfinished; });
    return;
  }
  finishing = true;
  while (!unhashed.empty()) {
    std::vector<std::vector<std::byte>> events;
    events.swap(unhashed);
    taken.notify_all();
    const bool refused = !failure.empty();
    guard.unlock();
    try {
      for (const auto& bytes : events) {
        anchor.append(bytes);
        follower.take(*database, anchor, bytes);
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

Head RocksEventStore::State::acknowledged() const {
  const std::lock_guard guard(mutex);
  return head;
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
  const std::lock_guard guard(mutex);
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
  state->follower.open(*state->database, state->head.position, report);
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
  Request request;
  request.drafts = drafts;
  request.events = Sequencer::prepare(drafts);
  state_->commits.submit(
      [&](Group& group) { state_->enter(group, request); },
      [this](Group& group) { state_->process(group); },
      [this](Pressure pressure) {
        state_->finish(pressure == Pressure::none ? kFinishTogether : kFinishUnderPressure);
      });
  if (request.error) std::rethrow_exception(request.error);
  return request.last;
}

Head RocksEventStore::head() const { return state_->acknowledged(); }

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
  if (state_->lock) {
    state_->finish();
    return state_->anchor.frontier;
  }
  Anchor anchor = state_->anchor;
  const auto cursor = scan(anchor.position() + 1);
  while (cursor->next()) anchor.append(cursor->bytes());
  return anchor.frontier;
}

std::unique_ptr<TileSource> RocksEventStore::tiles(bool stored) const {
  return std::make_unique<LedgerTiles>(*state_->database, stored);
}

void RocksEventStore::advance_anchor() {
  if (!state_->lock) return;
  state_->finish();
  if (state_->failure.empty()) state_->write_anchor_now();
}

void RocksEventStore::close() {
  if (!state_->database) return;
  if (state_->lock) state_->finish();
  const auto database = std::move(state_->database);
  if (!state_->lock) return;
  if (state_->failure.empty()) {
    state_->follower.flush(*database);
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
  state_->finish();
  const Position head = state_->head.position;
  ledger::rebuild_index(*state_->database, head);
  state_->follower.refill(*state_->database, head);
}

}  // namespace migledger::ledger
