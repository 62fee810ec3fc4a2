#include "ledger/tlog/tlog_verify.h"

#include <kj/exception.h>

#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/files.h"
#include "ledger/base/printable.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/merkle.h"
#include "ledger/tlog/tlog_tiles.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBundleBytes = kTileWidth * (2 + kMaxEventBytes);
constexpr char kFetch[] = "fetch the log anew from whoever exported it";

std::string name_of(const SignedCheckpoint& checkpoint) {
  return checkpoint.checkpoint.origin + " of " + std::to_string(checkpoint.checkpoint.size) +
         " entries";
}

class TlogVerifier {
 public:
  TlogVerifier(const fs::path& directory, const TlogVerifyOptions& options)
      : directory_(directory), options_(options) {}

  TlogVerification run() {
    list_files();
    if (!read_signed()) return std::move(result_);
    const std::uint64_t size = result_.checkpoint->size;
    for (const auto& [earlier, where] : options_.earlier)
      if (earlier.checkpoint.size <= size) wanted_.insert(earlier.checkpoint.size);
    if (wanted_.contains(0)) roots_[0] = sha256({});
    while (result_.entries < size && whole_) read_bundle();
    if (whole_) check_partial_tiles();
    judge();
    for (const TlogFile& file : files_)
      report(Check::file, 0, file.path(), "the file is no part of the log that was signed", "");
    return std::move(result_);
  }

 private:
  void report(Check check, Position position, const std::string& file, const std::string& what,
              const std::string& advice = kFetch) {
    result_.findings.add({check, position, file, what, advice});
  }

  void list_files() {
    std::error_code error;
    for (fs::recursive_directory_iterator it(directory_, error), end; !error && it != end;
         it.increment(error)) {
      if (it->is_directory()) continue;
      const std::string path = it->path().lexically_relative(directory_);
      // Left by an export that was cut off.
      if (path == ".new" || path == "checkpoint") continue;
      if (const auto file = TlogFile::parse(path); file && it->is_regular_file())
        files_.insert(*file);
      else
        report(Check::file, 0, path, "the file is no part of such a log", "");
    }
    if (error)
      throw LedgerError(LedgerErrorKind::disk,
                        "cannot read " + directory_.string() + ": " + error.message());
  }

  bool read_signed() {
    ++result_.files;
    try {
      const SignedCheckpoint read = read_checkpoint(directory_ / "checkpoint");
      result_.checkpoint = read.checkpoint;
      if (options_.keys.empty()) return true;
      result_.signature_checked = true;
      if (const auto finding = signature_finding(read, options_.keys, "checkpoint"))
        result_.findings.add(*finding);
      return true;
    } catch (const LedgerError& e) {
      if (e.kind != LedgerErrorKind::refused) throw;
      report(Check::checkpoint, 0, "checkpoint", e.what());
      return false;
    }
  }

  // The file's content; files are taken off the list when they have been looked at.
  std::optional<std::string> take(const TlogFile& file, std::size_t limit) {
    if (files_.erase(file) == 0) return std::nullopt;
    ++result_.files;
    try {
      return read_text(directory_ / file.path(), limit);
    } catch (const LedgerError& e) {
      report(file.entries ? Check::entry : Check::tile, 0, file.path(), e.what());
      return "";
    }
  }

  // Partial files of what is there in a larger width, kept for earlier checkpoints: each must be
  // its beginning. `lengths` are those of the beginnings, by width.
  void check_earlier(TlogFile file, const std::string& bytes,
                     const std::function<std::size_t(std::uint64_t)>& length) {
    const std::uint64_t width = file.width;
    file.width = 0;
    for (auto it = files_.lower_bound(file); it != files_.end();) {
      const TlogFile other = *it++;
      if (other.entries != file.entries || other.id != file.id) break;
      if (other.width >= width) continue;
      const auto there = take(other, kMaxBundleBytes);
      if (there != bytes.substr(0, length(other.width)))
        report(other.entries ? Check::entry : Check::tile, 0, other.path(),
               "the file is not the beginning of " + TlogFile{file.entries, file.id, width}.path());
    }
  }

  void read_bundle() {
    const std::uint64_t first = result_.entries;  // counted from 0
    const TileId id{0, first / kTileWidth};
    const std::uint64_t width = std::min(kTileWidth, result_.checkpoint->size - first);
    const TlogFile file{true, id, width};
    const auto bytes = take(file, kMaxBundleBytes);
    if (!bytes) {
      report(Check::entry, first + 1, file.path(),
             "the file is missing: nothing can be said of the entries from " +
                 position_words(first + 1) + " on");
      whole_ = false;
      return;
    }
    const Hashes hashes = read_tile({false, id, width});
    std::string_view rest = *bytes;
    std::vector<std::size_t> ends{0};
    for (std::uint64_t i = 0; i < width; ++i) {
      const Position position = first + i + 1;
      const std::size_t size = rest.size() < 2 ? rest.size()
                                               : static_cast<unsigned char>(rest[0]) << 8 |
                                                     static_cast<unsigned char>(rest[1]);
      if (rest.size() < 2 + size) {
        report(Check::entry, position, file.path(), "the file ends within an entry");
        whole_ = false;
        return;
      }
      take_entry(position, bytes_of(rest.substr(2, size)), file.path(), hashes, i);
      rest.remove_prefix(2 + size);
      ends.push_back(bytes->size() - rest.size());
    }
    if (!rest.empty())
      report(Check::entry, first + width, file.path(),
             std::to_string(rest.size()) + " bytes follow the last entry");
    check_earlier(file, *bytes, [&](std::uint64_t count) { return ends[count]; });
  }

  void take_entry(Position position, std::span<const std::byte> bytes, const std::string& path,
                  const Hashes& hashes, std::uint64_t i) {
    const Digest leaf = leaf_hash(bytes);
    if (!by_tiles_ && (i >= hashes.size() || hashes[i] != leaf)) by_tiles_ = builder_;
    if (i >= hashes.size() || hashes[i] != leaf) differing_.emplace_back(position, path);
    if (by_tiles_)
      by_tiles_->append(i < hashes.size() ? hashes[i] : Digest{},
                        [](TileId, std::span<const Digest>) {});
    builder_.append(leaf, [&](TileId id, std::span<const Digest> tile) {
      if (id.level != 0) check_tile({false, id}, tile);
    });
    ++result_.entries;
    if (wanted_.contains(builder_.size())) roots_[builder_.size()] = builder_.root();
    try {
      const auto event = decoder_.decode(bytes);
      if (event.getPosition() != position)
        report(Check::entry, position, path,
               "the entry at " + position_words(position) + " says that it is at position " +
                   std::to_string(event.getPosition()));
    } catch (const LedgerError& e) {
      report(Check::entry, position, path,
             "the entry at " + position_words(position) + " is no event: " + e.what());
    } catch (const kj::Exception& e) {
      report(Check::entry, position, path,
             "the entry at " + position_words(position) +
                 " is no event: " + e.getDescription().cStr());
    }
  }

  // The hashes in a file of level 0. What they should be is seen when its entries are read.
  Hashes read_tile(const TlogFile& file) {
    const auto bytes = take(file, kTileWidth * sizeof(Digest));
    Hashes hashes(file.width);
    if (!bytes || bytes->size() != hashes.size() * sizeof(Digest)) {
      report(Check::tile, 0, file.path(),
             bytes ? "the file has not the size of its hashes" : "the file is missing");
      return {};
    }
    std::copy_n(reinterpret_cast<const std::byte*>(bytes->data()), bytes->size(),
                reinterpret_cast<std::byte*>(hashes.data()));
    check_earlier(file, *bytes, [](std::uint64_t width) { return width * sizeof(Digest); });
    return hashes;
  }

  void check_tile(const TlogFile& file, std::span<const Digest> tile) {
    const std::string expected{reinterpret_cast<const char*>(tile.data()), tile.size_bytes()};
    const auto bytes = take(file, kTileWidth * sizeof(Digest));
    if (!bytes)
      report(Check::tile, 0, file.path(), "the file is missing");
    else if (*bytes != expected)
      report(Check::tile, 0, file.path(),
             "the file does not hold the hashes that follow from the entries");
    check_earlier(file, expected, [](std::uint64_t width) { return width * sizeof(Digest); });
  }

  void check_partial_tiles() {
    const std::uint64_t size = result_.entries;
    for (unsigned level = 1; hashes_at(size, level) != 0; ++level)
      if (const auto rest = builder_.rest(level); !rest.empty())
        check_tile({false, {level, hashes_at(size, level) / kTileWidth}, rest.size()}, rest);
  }

  void judge() {
    const Checkpoint& head = *result_.checkpoint;
    const bool entries_signed = whole_ && builder_.root() == head.root;
    const bool tiles_signed = whole_ && by_tiles_ && by_tiles_->root() == head.root;
    for (const auto& [position, path] : differing_) {
      if (entries_signed)
        report(Check::tile, position, TlogFile{false, {0, (position - 1) / kTileWidth}}.path(),
               "the hash of the entry at " + position_words(position) +
                   " is damaged; the entry is the one that was signed for");
      else
        report(Check::entry, position, path,
               tiles_signed ? "the entry at " + position_words(position) +
                                  " is not the one that was signed for"
                            : "the entry at " + position_words(position) +
                                  " does not have the hash in its tile");
    }
    if (whole_ && !entries_signed)
      report(Check::checkpoint, 0, "checkpoint",
             "the entries lead to the root " + to_hex(builder_.root()) +
                 ", and the checkpoint was signed for " + to_hex(head.root));
    for (const auto& [earlier, where] : options_.earlier) {
      const Checkpoint& then = earlier.checkpoint;
      if (then.origin != head.origin)
        report(
            Check::checkpoint, 0, where,
            "that checkpoint is of another log, " + then.origin + "; this one is " + head.origin);
      if (then.size > head.size)
        report(Check::checkpoint, 0, where,
               "the log has " + std::to_string(head.size) + " entries, and that checkpoint, " +
                   name_of(earlier) + ", was signed for more: entries are missing at the end");
      else if (const auto root = roots_.find(then.size);
               root != roots_.end() && root->second != then.root)
        report(Check::checkpoint, then.size, where,
               "the first " + std::to_string(then.size) +
                   " entries are not those that this checkpoint was signed for");
    }
  }

  const fs::path directory_;
  const TlogVerifyOptions& options_;
  TlogVerification result_;
  std::set<TlogFile> files_;             // not yet looked at
  TileBuilder builder_;                  // over the entries
  std::optional<TileBuilder> by_tiles_;  // over the hashes in tiles, from where they differ
  std::vector<std::pair<Position, std::string>> differing_;
  std::set<std::uint64_t> wanted_;
  std::map<std::uint64_t, Digest> roots_;
  bool whole_ = true;
  Decoder decoder_;
};

}  // namespace

std::optional<Finding> signature_finding(const SignedCheckpoint& checkpoint,
                                         const std::vector<VerifierKey>& keys,
                                         const std::string& file) {
  bool found = false;
  for (const VerifierKey& key : keys) {
    const Signed by = check_signature(checkpoint.note, key);
    if (by == Signed::wrong)
      return Finding{Check::checkpoint, 0, file,
                     "the signature of " + key.name + " is wrong: the checkpoint was changed",
                     "believe nothing that it says"};
    found = found || by == Signed::yes;
  }
  if (found) return std::nullopt;
  return Finding{Check::checkpoint, 0, file, "it is not signed by the key that was given",
                 "believe nothing that it says; or check with the right key"};
}

TlogVerification verify_tlog(const fs::path& directory, const TlogVerifyOptions& options) {
  if (!fs::is_directory(directory))
    throw LedgerError(LedgerErrorKind::missing,
                      "there is no directory " + directory.string() + " to verify");
  return TlogVerifier(directory, options).run();
}

}  // namespace migledger::ledger
