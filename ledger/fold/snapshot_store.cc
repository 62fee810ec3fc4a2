#include "ledger/fold/snapshot_store.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "ledger/base/decimal.h"
#include "ledger/base/errors.h"
#include "ledger/base/files.h"
#include "ledger/directory/ledger_directory.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSnapshot = std::size_t{1} << 32;
constexpr std::size_t kSnapshotsKept = 2;
constexpr std::string_view kSnapshotTitle = "migledger-snapshot 2\n";
constexpr std::string_view kOlderTitle = "migledger-snapshot 1\n";

// Everything before the payload, but for the checksum over it and the payload.
std::string header_of(const Snapshot& snapshot) {
  return std::string(kSnapshotTitle) + "kind: " + snapshot.kind +
         "\nfold: " + std::to_string(snapshot.fold) +
         "\nposition: " + std::to_string(snapshot.position) + "\nroot: " + to_hex(snapshot.root) +
         "\nhead: " + to_hex(snapshot.head) + "\n";
}

std::string checksum_line(const std::string& header, std::span<const std::byte> payload) {
  return "checksum: " + to_hex(sha256(bytes_of(header), payload)) + "\n";
}

bool is_kind(std::string_view kind) {
  return !kind.empty() && std::all_of(kind.begin(), kind.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

struct OtherFold : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// Reads fold, root and head out of the only places a header of ours can have them, then compares
// the rest with the header that belongs there. Throws std::invalid_argument saying why it cannot be
// used.
Snapshot parse(const std::vector<std::byte>& bytes, const std::string& kind, std::uint32_t fold,
               Position position) {
  Snapshot snapshot{kind, fold, position, {}, {}, {}};
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(kOlderTitle)) throw OtherFold("is of an older form");
  const std::size_t fold_at = text.find("\nfold: ");
  const std::size_t fold_end = fold_at == text.npos ? text.npos : text.find('\n', fold_at + 1);
  const auto found = fold_end == text.npos
                         ? std::nullopt
                         : decimal(text.substr(fold_at + 7, fold_end - fold_at - 7), 0xffffffff);
  if (!found) throw std::invalid_argument("is damaged");
  snapshot.fold = static_cast<std::uint32_t>(*found);
  // The header ends "root: HEX\nhead: HEX\n".
  const std::size_t head_at = header_of(snapshot).size() - 65;
  const std::size_t root_at = head_at - 71;
  if (text.size() < head_at + 64) throw std::invalid_argument("is damaged");
  const auto root = digest_from_hex(text.substr(root_at, 64));
  const auto head = digest_from_hex(text.substr(head_at, 64));
  if (!root || !head) throw std::invalid_argument("is damaged");
  snapshot.root = *root;
  snapshot.head = *head;
  const std::string header = header_of(snapshot);
  const std::size_t payload_at = header.size() + checksum_line(header, {}).size();
  if (text.size() < payload_at) throw std::invalid_argument("is damaged");
  const auto payload = std::span(bytes).subspan(payload_at);
  if (text.substr(0, payload_at) != header + checksum_line(header, payload))
    throw std::invalid_argument("is damaged");
  if (snapshot.fold != fold)
    throw OtherFold("was made by version " + std::to_string(*found) + " of its fold, not " +
                    std::to_string(fold));
  snapshot.payload.assign(payload.begin(), payload.end());
  return snapshot;
}

}  // namespace

SnapshotStore::SnapshotStore(const fs::path& ledger)
    : directory_(LedgerDirectory{ledger}.snapshots()) {}

fs::path SnapshotStore::file_of(const std::string& kind, Position position) const {
  return directory_ / (kind + "-" + std::to_string(position));
}

std::vector<Position> SnapshotStore::positions(const std::string& kind) const {
  std::vector<Position> all;
  std::error_code error;
  for (fs::directory_iterator it(directory_, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kind + "-")) continue;
    if (const auto position = decimal(std::string_view(name).substr(kind.size() + 1)))
      all.push_back(*position);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot read " + directory_.string() + ": " + error.message());
  std::sort(all.rbegin(), all.rend());
  return all;
}

void SnapshotStore::save(const Snapshot& snapshot) {
  if (!is_kind(snapshot.kind))
    throw std::invalid_argument("'" + snapshot.kind + "' is not the name of a kind of snapshot");
  make_private_directory(directory_);
  const std::string header = header_of(snapshot);
  const std::string head = header + checksum_line(header, snapshot.payload);
  std::vector<std::byte> bytes(bytes_of(head).begin(), bytes_of(head).end());
  bytes.insert(bytes.end(), snapshot.payload.begin(), snapshot.payload.end());
  write_atomically(file_of(snapshot.kind, snapshot.position), bytes);
  thin(snapshot);
}

Position SnapshotStore::spacing_at(Position head) {
  Position spacing = kSpacing;
  while (head / spacing > kMostSpaced) spacing *= 2;
  return spacing;
}

// Of each span of events the first snapshot is kept, so that the same stay when the spans double.
// The span from the start needs none.
void SnapshotStore::thin(const Snapshot& newest) {
  std::vector<Position> all = positions(newest.kind);
  // One beyond this position belongs to events that the ledger no longer has.
  for (const Position position : all)
    if (position > newest.position) discard(newest.kind, position);
  std::erase_if(all, [&](Position position) { return position > newest.position; });
  const auto size_of = [&](Position position) {
    std::error_code ignored;
    const auto size = fs::file_size(file_of(newest.kind, position), ignored);
    return ignored ? std::uintmax_t{0} : size;
  };
  for (Position spacing = spacing_at(newest.position);; spacing *= 2) {
    std::vector<Position> spare;
    std::uintmax_t bytes = 0;
    for (std::size_t i = kSnapshotsKept; i < all.size(); ++i) {
      const Position span = all[i] / spacing;
      const bool first_of_span = i + 1 == all.size() || all[i + 1] / spacing != span;
      if (span == 0 || !first_of_span) {
        spare.push_back(all[i]);
      } else {
        bytes += size_of(all[i]);
      }
    }
    if (bytes > kMostBytes && spacing <= newest.position) continue;
    for (const Position position : spare) discard(newest.kind, position);
    return;
  }
}

SnapshotStore::Read SnapshotStore::read(const std::string& kind, std::uint32_t fold,
                                        Position position) const {
  Read read;
  try {
    // Nothing when the writer has replaced it since.
    if (const auto bytes = read_file(file_of(kind, position), kMaxSnapshot))
      read.snapshot = parse(*bytes, kind, fold, position);
  } catch (const OtherFold& e) {
    read.problem = e.what();
    read.other_fold = true;
  } catch (const std::invalid_argument& e) {
    read.problem = e.what();
  } catch (const LedgerError& e) {
    read.problem = std::string("cannot be read: ") + e.what();
  }
  return read;
}

SnapshotStore::Loaded SnapshotStore::load(const std::string& kind, std::uint32_t fold,
                                          Position at_most) const {
  Loaded loaded;
  for (const Position position : positions(kind)) {
    if (position > at_most) continue;
    Read one = read(kind, fold, position);
    loaded.snapshot = std::move(one.snapshot);
    if (loaded.snapshot) return loaded;
    if (!one.problem.empty())
      loaded.passed_over.push_back("the snapshot " + file_of(kind, position).string() + " " +
                                   one.problem + "; it is not used");
  }
  return loaded;
}

void SnapshotStore::discard(const std::string& kind, Position position) {
  std::error_code error;
  fs::remove(file_of(kind, position), error);
  if (error)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot remove " + file_of(kind, position).string() + ": " + error.message());
}

}  // namespace migledger::ledger
