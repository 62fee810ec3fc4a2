#include "ledger/copy/ledger_copy.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

#include "ledger/base/files.h"
#include "ledger/directory/anchor.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/directory/wal_tail.h"
#include "ledger/directory/writer_lock.h"
#include "ledger/index/stream_index.h"
#include "ledger/rocks/opening.h"
#include "ledger/rocks/rocks_cursor.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSmall = std::size_t{1}
                                  << 30;  // logs, manifests: a bound against nonsense
constexpr int kAttempts = 12;

bool is_table(const fs::path& file) { return file.extension() == ".sst"; }
bool is_half_written(const fs::path& file) { return file.extension() == ".tmp"; }

// What there is in a directory, in order of names; nothing when it does not exist.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    entries.push_back(it->path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot read " + directory.string() + ": " + error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The files of a directory and of those in it. One that goes meanwhile has been replaced.
void copy_directory(const fs::path& from, const fs::path& to) {
  const auto entries = entries_of(from);
  if (entries.empty()) return;
  make_private_directory(to);
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry)) {
      copy_directory(entry, to / entry.filename());
    } else if (const auto file = HeldFile::open(entry); file && !is_half_written(entry)) {
      file->copy_to(to / entry.filename());
    }
  }
  sync_directory(to);
}

// The database of a ledger at about one moment, held open.
struct HeldDatabase {
  std::string current;
  fs::path manifest_name;
  std::vector<std::byte> manifest;
  std::vector<HeldFile> tables;
  std::vector<HeldFile> logs;  // in order of their creation: RocksDB pads the numbers in names
  std::optional<std::vector<std::byte>> identity;
};

// Nothing when the manifest was replaced meanwhile.
std::optional<HeldDatabase> hold(const fs::path& events) {
  HeldDatabase held;
  const auto current = read_text(events / "CURRENT", 4096);
  if (!current || !current->starts_with("MANIFEST-") || !current->ends_with('\n'))
    return std::nullopt;
  held.current = *current;
  held.manifest_name = fs::path(current->substr(0, current->size() - 1)).filename();
  auto manifest = read_file(events / held.manifest_name, kMaxSmall);
  if (!manifest) return std::nullopt;
  held.manifest = *std::move(manifest);
  for (const fs::path& path : entries_of(events)) {
    if (!is_table(path) && !is_log(path)) continue;
    if (auto file = HeldFile::open(path))
      (is_table(path) ? held.tables : held.logs).push_back(*std::move(file));
  }
  held.identity = read_file(events / "IDENTITY", kMaxSmall);
  return held;
}

// The last log may be caught in the middle of a write: nothing in such a record was acknowledged.
std::vector<std::byte> whole_records(std::vector<std::byte> log) {
  const WalTail tail = find_tail(log);
  if (tail.state == WalTail::State::torn) log.resize(tail.end);
  return log;
}

void write(const HeldDatabase& held, const fs::path& events) {
  make_private_directory(events);
  for (const HeldFile& table : held.tables) table.copy_to(events / table.path().filename());
  for (const HeldFile& log : held.logs) {
    auto bytes = log.read(kMaxSmall);
    if (&log == &held.logs.back()) bytes = whole_records(std::move(bytes));
    write_new(events / log.path().filename(), bytes);
  }
  if (held.identity) write_new(events / "IDENTITY", *held.identity);
  write_new(events / held.manifest_name, held.manifest);
  write_new(events / "CURRENT", bytes_of(held.current));
  sync_directory(events);
}

[[noreturn]] void interfered(const std::string& what) {
  throw LedgerError(LedgerErrorKind::corrupt, what);
}

// Opens what was written, reads all of it, and closes it with an anchor of its own head. `least`
// is what it must hold at least.
Anchor finish_events(const LedgerDirectory& to, const Anchor& least) {
  write_anchor(to.anchor(), least);
  OpeningReport report;
  Opened opened = open_for_writing(to, nullptr, report);
  if (report.dropped_tail) interfered("a log of the copy ends within a record");
  Anchor anchor;
  const auto check_root = [&] {
    if (anchor.position() == least.position() && anchor.frontier != least.frontier)
      interfered("the events 1 to " + std::to_string(least.position()) +
                 " are not those that were acknowledged: their Merkle roots differ");
  };
  for (const auto cursor = scan_events(*opened.database, 1, opened.head.position);
       cursor->next();) {
    anchor.append(cursor->bytes());
    check_root();
  }
  if (!index_is_current(*opened.database, anchor.position()))
    rebuild_index(*opened.database, anchor.position());
  flush(*opened.database);
  opened.database.reset();
  write_anchor(to.anchor(), anchor);
  return anchor;
}

// What was acknowledged so far.
Anchor acknowledged(const LedgerDirectory& from, std::vector<std::string>& said) {
  OpeningReport report;
  const Opened opened = open_for_reading(from, nullptr, report);
  said = report.sentences();
  Anchor anchor = opened.anchor;
  for (const auto cursor =
           scan_events(*opened.database, anchor.position() + 1, opened.head.position);
       cursor->next();)
    anchor.append(cursor->bytes());
  return anchor;
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot remove " + path.string() + ": " + error.message());
}

// What is wrong was found in the copy, but it is the original that a person must look at.
std::string about_original(std::string text, const LedgerDirectory& from,
                           const LedgerDirectory& to) {
  for (auto at = text.find(to.path.string()); at != std::string::npos;
       at = text.find(to.path.string(), at + from.path.string().size()))
    text.replace(at, to.path.string().size(), from.path.string());
  return text;
}

// What a writer that flushes at this moment makes look like a damage is gone at one of the next
// attempts; a damage stays.
template <typename Action>
auto patiently(const LedgerDirectory& from, const LedgerDirectory& to, Action&& action) {
  for (int attempt = 1;; ++attempt) {
    try {
      return action();
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::corrupt) throw;
      // Without a writer nothing interferes; it may have ended just now.
      const bool quiet = attempt > 2 && !WriterLock::holder(from.lock());
      if (quiet || attempt == kAttempts)
        throw LedgerError(e.kind, about_original(e.what(), from, to));
    }
  }
}

Anchor copy_events(const LedgerDirectory& from, const LedgerDirectory& to, const Anchor& least) {
  remove_tree(to.events());
  const auto held = hold(from.events());
  if (!held) interfered(from.events().string() + ": its manifest cannot be found");
  write(*held, to.events());
  return finish_events(to, least);
}

// After the events: what they name by digest was there before they were appended.
void copy_evidence(const LedgerDirectory& from, const LedgerDirectory& to, LedgerCopy& copy) {
  const EvidenceStore store(from.path);
  EvidenceStore copied(to.path);
  for (const Digest& digest : store.all()) {
    try {
      const auto bytes = store.get(digest);
      if (!bytes) continue;
      copied.put(*bytes);
      ++copy.evidence;
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::corrupt) throw;
      copy.not_copied.push_back(e.what());
    }
  }
}

std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

}  // namespace

LedgerCopy copy_ledger(const fs::path& from_path, const fs::path& to_path) {
  const LedgerDirectory from{from_path}, to{to_path};
  if (from.inspect() != LedgerDirectory::State::complete)
    throw LedgerError(LedgerErrorKind::missing, "there is no ledger in " + from_path.string());
  LedgerCopy copy;
  to.begin_creation();
  // Before the events: a snapshot or a checkpoint must not be about more than they hold.
  for (const fs::path& entry : entries_of(from.path)) {
    const std::string name = entry.filename().string();
    const bool kept = name == "snapshots" || name == "checkpoints" || name.starts_with("refused-");
    if (kept && fs::is_directory(entry)) copy_directory(entry, to.path / name);
  }
  const Anchor least = patiently(from, to, [&] { return acknowledged(from, copy.said); });
  const Anchor anchor = patiently(from, to, [&] { return copy_events(from, to, least); });
  copy.head = anchor.position();
  copy.root = anchor.frontier.root();
  copy_evidence(from, to, copy);
  to.finish_creation();
  copy.bytes = bytes_in(to.path);
  return copy;
}

}  // namespace migledger::ledger
