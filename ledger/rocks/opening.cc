#include "ledger/rocks/opening.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include "ledger/base/files.h"
#include "ledger/directory/wal_tail.h"
#include "ledger/directory/writer_lock.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_cursor.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

// Fewer events than this that the search index does not hold are what an unclean end leaves: what
// the log held and what was about to be written. It takes no time to add them.
constexpr Position kWorthSaying = 32'768;

constexpr char kAdvice[] = "; the ledger is damaged: restore its directory from a copy";

[[noreturn]] void corrupt(const fs::path& path, const std::string& what) {
  throw LedgerError(LedgerErrorKind::corrupt, path.string() + ": " + what + kAdvice);
}

std::string event_at(Position position) {
  return "the event at position " + std::to_string(position);
}

Position position_of(const Database& database, std::string_view key) {
  const auto position = keys::read_number(key);
  if (!position) corrupt(database.directory, "a key is not a position");
  return *position;
}

// The position up to which the table files reach, without a gap. They know their first and last
// key, so this reads nothing.
Position check_table_files(const Database& database) {
  rocksdb::ColumnFamilyMetaData family;
  database.db->GetColumnFamilyMetaData(database.events, &family);
  struct Range {
    Position first, last;
    std::string file;
  };
  std::vector<Range> ranges;
  for (const auto& level : family.levels)
    for (const auto& file : level.files)
      ranges.push_back({position_of(database, file.smallestkey),
                        position_of(database, file.largestkey), file.name});
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  Position last = 0;
  for (const Range& range : ranges) {
    if (range.first != last + 1)
      corrupt(database.directory, event_at(last + 1) + " is missing; " + range.file +
                                      " begins at position " + std::to_string(range.first));
    last = range.last;
  }
  return last;
}

// The head, after checking that positions are dense: over the table files by their ranges, over
// what the write-ahead log held one by one. A reader that opens while the writer flushes can
// otherwise see a hole, and a manifest that lost its end shows nothing at all.
Head check_density(const Database& database) {
  Position last = check_table_files(database);
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db->NewIterator(rocksdb::ReadOptions(), database.events));
  for (it->Seek(keys::number(last + 1)); it->Valid(); it->Next()) {
    if (position_of(database, it->key().ToStringView()) != last + 1)
      corrupt(database.directory, event_at(last + 1) + " is missing");
    ++last;
  }
  if (!it->status().ok()) throw error_of(it->status(), "reading " + event_at(last + 1));
  if (last == 0) return {};
  const auto cursor = scan_events(database, last, last);
  cursor->next();
  return {last, time_from_micros(cursor->event().getTime())};
}

Anchor require_anchor(const LedgerDirectory& directory) {
  if (auto anchor = read_anchor(directory.anchor())) return *std::move(anchor);
  throw LedgerError(LedgerErrorKind::corrupt,
                    directory.anchor().string() +
                        " is missing, so nothing tells whether the log still has its end; restore "
                        "the whole ledger directory, this file included, from a copy");
}

void check_anchor(const Database& database, const Head& head, const Anchor& anchor) {
  if (head.position < anchor.position())
    corrupt(database.directory, "the log ends at position " + std::to_string(head.position) +
                                    ", but position " + std::to_string(anchor.position()) +
                                    " was acknowledged");
  if (anchor.position() == 0) return;
  const auto cursor = scan_events(database, anchor.position(), anchor.position());
  cursor->next();
  if (leaf_hash(cursor->bytes()) != anchor.head)
    corrupt(database.directory,
            event_at(anchor.position()) + " is not the one that was acknowledged there");
}

Opened open_checked(const LedgerDirectory& directory, DatabaseMode mode,
                    const std::shared_ptr<rocksdb::FileSystem>& file_system) {
  Opened opened;
  // Before the database: what was acknowledged then must be in what is opened after it.
  opened.anchor = require_anchor(directory);
  opened.database = open_database(directory.events(), mode, file_system);
  opened.head = check_density(*opened.database);
  check_anchor(*opened.database, opened.head, opened.anchor);
  return opened;
}

// The files of the database whose names satisfy `wanted`, in order. RocksDB pads the numbers in
// its names, so this is the order of their creation.
template <typename Wanted>
std::vector<fs::path> files_of(const LedgerDirectory& directory, Wanted&& wanted) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(directory.events(), error), end; !error && it != end;
       it.increment(error))
    if (wanted(it->path())) files.push_back(it->path());
  if (error)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot read " + directory.events().string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

// The torn tail of the newest log; nothing when the logs are whole. Throws LedgerError(corrupt)
// when a log is damaged in any other way.
std::optional<OpeningReport::Tail> torn_tail(const LedgerDirectory& directory) {
  constexpr std::size_t kMaxLog = std::size_t{1} << 30;
  const auto logs = files_of(directory, is_log);
  for (const fs::path& log : logs) {
    const auto bytes = read_file(log, kMaxLog);
    if (!bytes) continue;
    const WalTail tail = find_tail(*bytes);
    if (tail.state == WalTail::State::whole) continue;
    if (tail.state == WalTail::State::damaged || log != logs.back())
      corrupt(log, "the record at byte " + std::to_string(tail.at) + " is damaged");
    return OpeningReport::Tail{"events/" + log.filename().string(), bytes->size() - tail.end, ""};
  }
  return std::nullopt;
}

// The manifest that CURRENT names, and its length. A writer that flushes writes a table, says so
// in the manifest and removes the log: who reads the manifest before and the logs after sees
// neither table nor log, and where the new log is still empty, not even a hole.
std::pair<std::string, std::uintmax_t> manifest_of(const LedgerDirectory& directory) {
  constexpr std::size_t kMostCurrent = 4096;
  const auto bytes = read_file(directory.events() / "CURRENT", kMostCurrent);
  std::string name;
  for (const std::byte byte : bytes.value_or(std::vector<std::byte>{})) {
    if (byte == std::byte{'\n'}) break;
    name.push_back(static_cast<char>(byte));
  }
  std::error_code error;
  const auto size = name.empty() ? 0 : fs::file_size(directory.events() / name, error);
  return {name, error ? 0 : size};
}

// Copies what a tolerant opening may change. The name follows from the content, so that one
// damage, met again and again, is kept once.
std::string keep_aside(const LedgerDirectory& directory) {
  const auto files = files_of(directory, [](const fs::path& file) {
    const std::string name = file.filename().string();
    return is_log(file) || name == "CURRENT" || name.starts_with("MANIFEST-");
  });
  Digest content{};
  for (const fs::path& file : files) {
    const auto bytes = read_file(file, std::size_t{1} << 30);
    if (bytes) content = sha256(content, sha256(*bytes));
  }
  const std::string name = "refused-" + to_hex(content).substr(0, 12);
  make_private_directory(directory.path / name);
  for (const fs::path& file : files) copy_durably(file, directory.path / name / file.filename());
  sync_directory(directory.path / name);
  return name;
}

}  // namespace

std::vector<std::string> OpeningReport::sentences() const {
  std::vector<std::string> all;
  if (dropped_tail && dropped_tail->kept.empty())
    all.push_back(dropped_tail->file + " ends within a record: its last " +
                  std::to_string(dropped_tail->bytes) +
                  " bytes were never acknowledged and are not read; the next run drops them");
  if (dropped_tail && !dropped_tail->kept.empty())
    all.push_back("the last " + std::to_string(dropped_tail->bytes) + " bytes of " +
                  dropped_tail->file +
                  " were the beginning of a record that was never acknowledged and have been "
                  "dropped; the files as they were are in " +
                  dropped_tail->kept);
  if (index_rebuilt)
    all.push_back("the index of streams did not match the events and has been rebuilt");
  if (search_filled >= kWorthSaying && !index_rebuilt)
    all.push_back("the search index did not hold " +
                  std::to_string(search_filled + search_missing) + " events yet; " +
                  (search_missing > 0 ? std::to_string(search_filled) +
                                            " have been added, the rest follows with the next runs"
                                      : "they have been added"));
  return all;
}

Opened open_for_writing(const LedgerDirectory& directory,
                        const std::shared_ptr<rocksdb::FileSystem>& file_system,
                        OpeningReport& report) {
  DatabaseMode mode = DatabaseMode::write;
  // Opening for writing deletes what the manifest no longer mentions. So everything is checked by
  // a read-only opening first, which changes nothing, whatever it finds.
  try {
    open_checked(directory, DatabaseMode::read, file_system);
  } catch (const LedgerError& strict) {
    if (strict.kind != LedgerErrorKind::corrupt) throw;
    auto tail = torn_tail(directory);
    if (!tail) throw;
    tail->kept = keep_aside(directory);
    open_checked(directory, DatabaseMode::read_tolerant, file_system);
    report.dropped_tail = std::move(tail);
    mode = DatabaseMode::write_tolerant;
  }
  Opened opened = open_checked(directory, mode, file_system);
  report.anchored = opened.anchor.position();
  report.head = opened.head.position;
  return opened;
}

Opened open_for_reading(const LedgerDirectory& directory,
                        const std::shared_ptr<rocksdb::FileSystem>& file_system,
                        OpeningReport& report) {
  // A writer that flushes or writes at this moment can look like a damage. It is gone at one of
  // the next looks; a damage stays. One that writes without a pause can be in the way of several in
  // a row, so while there is one, more are taken, and not at once. A look during which it flushed
  // tells nothing, and a slow reader can have many of these.
  constexpr int kLooks = 6;
  constexpr int kLooksAtWriter = 60;
  constexpr int kLooksAtFlushes = 600;
  int flushes = 0;
  for (int look = 1;; ++look) {
    const bool tolerant = look % 2 == 0;
    decltype(manifest_of(directory)) manifest;
    try {
      manifest = manifest_of(directory);
      Opened opened = open_checked(
          directory, tolerant ? DatabaseMode::read_tolerant : DatabaseMode::read, file_system);
      // The writer may have ended meanwhile: closing flushes, too.
      if (manifest_of(directory) != manifest)
        corrupt(directory.events(), "the manifest changed while it was read");
      if (tolerant && !WriterLock::holder(directory.lock()))
        report.dropped_tail = torn_tail(directory);
      report.anchored = opened.anchor.position();
      report.head = opened.head.position;
      return opened;
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::corrupt) throw;
      if (look < kLooks) continue;
      if (flushes < kLooksAtFlushes && manifest_of(directory) != manifest) ++flushes;
      if (look - flushes >= kLooksAtWriter) throw;
      if (!WriterLock::holder(directory.lock())) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(std::min(look, 20)));
    }
  }
}

}  // namespace migledger::ledger
