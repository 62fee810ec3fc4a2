#include "ledger/tlog/tlog_tiles.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "ledger/base/decimal.h"
#include "ledger/base/files.h"
#include "ledger/merkle/merkle.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTileBytes = kTileWidth * sizeof(Digest);
constexpr const char* kNew = ".new";  // a file that is being written

// "x001/x234/067".
std::string index_path(std::uint64_t index) {
  const auto three = [](std::uint64_t n) {
    const std::string digits = std::to_string(n);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string path = three(index % 1000);
  while ((index /= 1000) != 0) path = "x" + three(index % 1000).append("/").append(path);
  return path;
}

[[noreturn]] void refuse_tlog(const std::string& why) {
  throw LedgerError(LedgerErrorKind::refused, why);
}

std::string bytes_of_tile(std::span<const Digest> tile) {
  return {reinterpret_cast<const char*>(tile.data()), tile.size_bytes()};
}

// The directory that is exported to. What it writes is for others to read: it has the permissions
// that the process gives new files.
class Target {
 public:
  explicit Target(const fs::path& directory) : directory_(directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    fd_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0) fail("open the directory", directory, errno);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd_);
      refuse_tlog("another export is writing to " + directory.string() + "; wait for it to end");
    }
  }
  ~Target() { ::close(fd_); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  // The checkpoint that is there; nothing in an empty directory, or after a first export that was
  // cut off.
  std::optional<SignedCheckpoint> checkpoint() const {
    const fs::path file = directory_ / "checkpoint";
    if (fs::exists(file)) return read_checkpoint(file);
    for (const auto& entry : fs::directory_iterator(directory_)) {
      const std::string name = entry.path().filename();
      if (name != "tile" && name != kNew)
        refuse_tlog(directory_.string() + " holds '" + name +
                    "' and no checkpoint: it is no log; export to another directory");
    }
    return std::nullopt;
  }

  std::optional<std::string> read(const TlogFile& file) const {
    return read_text(directory_ / file.path(), kMaxTileBytes + 1);
  }
  bool has(const TlogFile& file) const { return fs::exists(directory_ / file.path()); }

  void write(const fs::path& name, std::string_view bytes) {
    const fs::path file = directory_ / name;
    const fs::path beside = directory_ / kNew;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) fail("make the directory", file.parent_path(), error.value());
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) fail("create", beside, errno);
    const auto open = std::unique_ptr<const int, void (*)(const int*)>(
        &fd, [](const int* one) { ::close(*one); });
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("write", beside, errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::rename(beside.c_str(), file.c_str()) != 0) fail("replace", file, errno);
  }

  // Everything written so far is on the disk afterwards.
  void sync() {
    if (::syncfs(fd_) != 0) fail("sync", directory_, errno);
  }

  void remove_partial(TlogFile file) {
    file.width = kTileWidth;
    std::error_code ignored;
    fs::remove_all(directory_ / (file.path() + ".p"), ignored);
  }

  const fs::path& path() const { return directory_; }

 private:
  const fs::path directory_;
  int fd_ = -1;
};

class Exporter {
 public:
  Exporter(const RocksEventStore& store, const SignedCheckpoint& checkpoint, Target& target)
      : store_(store), checkpoint_(checkpoint), target_(target) {}

  TlogExport run() {
    const std::uint64_t size = checkpoint_.checkpoint.size;
    tiles_ = trusted_tiles();
    const std::uint64_t before = entries_there();
    compare_full_tiles(before);
    const std::uint64_t covered = before / kTileWidth * kTileWidth;
    TileBuilder builder = TileBuilder::after(covered, *tiles_);
    std::string bundle;
    std::vector<TlogFile> completed;
    for (const auto cursor = store_.scan(covered + 1, size); cursor->next();) {
      const auto bytes = cursor->bytes();
      bundle.push_back(static_cast<char>(bytes.size() >> 8));
      bundle.push_back(static_cast<char>(bytes.size() & 0xff));
      bundle.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      builder.append(leaf_hash(bytes), [&](TileId id, std::span<const Digest> tile) {
        if (id.level == 0) {
          write({true, id}, bundle);
          completed.push_back({true, id});
          bundle.clear();
        }
        write({false, id}, bytes_of_tile(tile));
        completed.push_back({false, id});
      });
    }
    if (!bundle.empty()) write({true, {0, size / kTileWidth}, size % kTileWidth}, bundle);
    for (unsigned level = 0; hashes_at(size, level) != 0; ++level)
      if (const auto rest = builder.rest(level); !rest.empty())
        write({false, {level, hashes_at(size, level) / kTileWidth}, rest.size()},
              bytes_of_tile(rest));
    if (builder.root() != checkpoint_.checkpoint.root)
      refuse_tlog("the events changed while they were exported; run migledger verify");
    target_.sync();
    target_.write("checkpoint", checkpoint_.bytes);
    target_.sync();
    for (const TlogFile& file : completed) target_.remove_partial(file);
    return {checkpoint_.checkpoint, before, written_};
  }

 private:
  // What is stored may be wrong, what follows from the events cannot be.
  std::unique_ptr<TileSource> trusted_tiles() const {
    const Checkpoint& head = checkpoint_.checkpoint;
    if (head.size > store_.head().position)
      refuse_tlog("the ledger has " + std::to_string(store_.head().position) +
                  " events, and the checkpoint was signed for " + std::to_string(head.size) +
                  ": events were lost, or it is an older copy");
    for (const bool stored : {true, false}) {
      auto tiles = store_.tiles(stored);
      if (MerkleTree(*tiles, head.size).root() == head.root) return tiles;
    }
    refuse_tlog(
        "the first " + std::to_string(head.size) +
        " events are not those that the checkpoint was signed for: the ledger was changed, or "
        "the checkpoint is of another");
  }

  std::uint64_t entries_there() {
    const auto there = target_.checkpoint();
    if (!there) return 0;
    const Checkpoint& mine = checkpoint_.checkpoint;
    const Checkpoint& old = there->checkpoint;
    const std::string where = target_.path().string();
    if (old.origin != mine.origin)
      refuse_tlog(where + " holds another log, " + old.origin + "; this one is " + mine.origin +
                  ": export to another directory");
    if (old.size > mine.size)
      refuse_tlog(where + " holds " + std::to_string(old.size) +
                  " entries already, and the checkpoint " + "to be exported covers " +
                  std::to_string(mine.size) + ": sign a newer one with migledger checkpoint");
    if (MerkleTree(*tiles_, mine.size).root_at(old.size) != old.root)
      refuse_tlog(where + " holds another history of " + old.origin + ": its first " +
                  std::to_string(old.size) + " entries are not those of this ledger");
    return old.size;
  }

  void compare_full_tiles(std::uint64_t before) {
    for (unsigned level = 0; hashes_at(before, level) != 0; ++level)
      for (std::uint64_t i = 0; i < hashes_at(before, level) / kTileWidth; ++i) {
        const TlogFile file{false, {level, i}};
        const auto there = target_.read(file);
        if (!there || *there != bytes_of_tile(tiles_->tile({level, i}, kTileWidth)))
          refuse_tlog((target_.path() / file.path()).string() + " is " +
                      (there ? "not what the ledger has there" : "missing") +
                      ": the export is damaged; see migledger verify --tlog, and export to a new "
                      "directory");
      }
    for (std::uint64_t i = 0; i < before / kTileWidth; ++i)
      if (const TlogFile file{true, {0, i}}; !target_.has(file))
        refuse_tlog((target_.path() / file.path()).string() +
                    " is missing: the export is damaged; export to a new directory");
  }

  void write(const TlogFile& file, std::string_view bytes) {
    target_.write(file.path(), bytes);
    ++written_;
  }

  const RocksEventStore& store_;
  const SignedCheckpoint& checkpoint_;
  Target& target_;
  std::unique_ptr<TileSource> tiles_;
  std::uint64_t written_ = 0;
};

}  // namespace

std::string TlogFile::path() const {
  std::string path =
      "tile/" + (entries ? "entries" : std::to_string(id.level)) + "/" + index_path(id.index);
  if (width != kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

std::optional<TlogFile> TlogFile::parse(std::string_view path) {
  constexpr std::string_view kTile = "tile/";
  const std::string_view whole = path;
  if (!path.starts_with(kTile)) return std::nullopt;
  path.remove_prefix(kTile.size());
  const std::size_t slash = path.find('/');
  if (slash == path.npos) return std::nullopt;
  TlogFile file;
  file.entries = path.substr(0, slash) == "entries";
  if (!file.entries) {
    const auto level = decimal(path.substr(0, slash), 63);
    if (!level) return std::nullopt;
    file.id.level = static_cast<unsigned>(*level);
  }
  path.remove_prefix(slash + 1);
  if (const std::size_t dot = path.find(".p/"); dot != path.npos) {
    const auto width = decimal(path.substr(dot + 3), kTileWidth - 1);
    if (!width || *width == 0) return std::nullopt;
    file.width = *width;
    path = path.substr(0, dot);
  }
  for (const char c : path) {
    if (c >= '0' && c <= '9') {
      if (file.id.index > (~std::uint64_t{0} - 9) / 10) return std::nullopt;
      file.id.index = 10 * file.id.index + static_cast<std::uint64_t>(c - '0');
    } else if (c != 'x' && c != '/') {
      return std::nullopt;
    }
  }
  if (file.path() != whole) return std::nullopt;
  return file;
}

TlogExport export_tlog(const RocksEventStore& store, const SignedCheckpoint& checkpoint,
                       const fs::path& directory) {
  Target target(directory);
  return Exporter(store, checkpoint, target).run();
}

}  // namespace migledger::ledger
