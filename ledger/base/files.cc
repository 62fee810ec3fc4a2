#include "ledger/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "ledger/base/errors.h"

namespace migledger::ledger {

void fail(std::string_view what, const std::filesystem::path& path, int error) {
  throw LedgerError(LedgerErrorKind::disk, "cannot " + std::string(what) + " " + path.string() +
                                               ": " + std::strerror(error));
}

namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, const char* what)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) fail(what, path, errno);
  }
  Descriptor(int fd, const fs::path& path) : path_(path), fd_(fd) {}
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("write", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  // Reads up to the size of `to`; 0 at the end.
  std::size_t read(std::span<std::byte> to) {
    for (;;) {
      const ssize_t n = ::read(fd_, to.data(), to.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read", path_, errno);
      return static_cast<std::size_t>(n);
    }
  }

  void sync() {
    if (::fsync(fd_) != 0) fail("sync", path_, errno);
  }

 private:
  fs::path path_;
  int fd_;
};

fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// All that `read` gives, which is expected to be about `expected` bytes.
template <typename Read>
std::vector<std::byte> read_whole(const fs::path& file, std::size_t expected, std::size_t limit,
                                  Read&& read) {
  std::vector<std::byte> bytes(expected + 1);
  std::size_t size = 0;
  while (const std::size_t n = read(std::span(bytes).subspan(size))) {
    size += n;
    if (size > limit) fail("read", file, EFBIG);
    if (size == bytes.size()) bytes.resize(2 * size);
  }
  bytes.resize(size);
  return bytes;
}

std::size_t read_at(int fd, const fs::path& path, std::span<std::byte> to, std::size_t at) {
  for (;;) {
    const ssize_t n = ::pread(fd, to.data(), to.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read", path, errno);
    return static_cast<std::size_t>(n);
  }
}

}  // namespace

void sync_directory(const fs::path& directory) {
  Descriptor(directory, O_RDONLY | O_DIRECTORY, "open the directory").sync();
}

void make_private_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0) {
    if (errno == EEXIST && fs::is_directory(directory)) return;
    fail("make the directory", directory, errno);
  }
  sync_directory(parent_of(directory));
}

fs::path beside(const fs::path& file) {
  fs::path path = file;
  return path += ".tmp";
}

void write_beside(const fs::path& file, std::span<const std::byte> bytes) {
  Descriptor(beside(file), O_WRONLY | O_CREAT | O_TRUNC, "create").write(bytes);
}

void sync_file(const fs::path& file) { Descriptor(file, O_WRONLY, "open").sync(); }

void sync_file_system(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("open the directory", directory, errno);
  const int result = ::syncfs(fd);
  const int error = errno;
  ::close(fd);
  if (result != 0) fail("sync", directory, error);
}

void write_atomically(const fs::path& file, std::span<const std::byte> bytes) {
  {
    Descriptor out(beside(file), O_WRONLY | O_CREAT | O_TRUNC, "create");
    out.write(bytes);
    out.sync();
  }
  rename_over(beside(file), file);
}

bool rename_new(const fs::path& from, const fs::path& to) {
  int result = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (result != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // A file system, or a kernel, that cannot promise it: what is seen has to do.
    std::error_code ignored;
    if (fs::symlink_status(to, ignored).type() != fs::file_type::not_found) return false;
    result = ::rename(from.c_str(), to.c_str());
  }
  if (result != 0 && (errno == EEXIST || errno == ENOTEMPTY)) return false;
  if (result != 0) {
    const int error = errno;
    fail("rename " + from.string() + " to", to, error);
  }
  sync_directory(parent_of(to));
  return true;
}

void rename_unsynced(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("replace", to, errno);
}

void rename_over(const fs::path& from, const fs::path& to) {
  rename_unsynced(from, to);
  sync_directory(parent_of(to));
}

std::optional<std::vector<std::byte>> read_file(const fs::path& file, std::size_t limit) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::nullopt;
    fail("read", file, errno);
  }
  if (!S_ISREG(info.st_mode)) fail("read", file, S_ISDIR(info.st_mode) ? EISDIR : EINVAL);
  Descriptor in(file, O_RDONLY, "open");
  return read_whole(file, static_cast<std::size_t>(info.st_size), limit,
                    [&](std::span<std::byte> to) { return in.read(to); });
}

std::optional<std::string> read_text(const fs::path& file, std::size_t limit) {
  const auto bytes = read_file(file, limit);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

void copy_durably(const fs::path& from, const fs::path& to) {
  Descriptor in(from, O_RDONLY, "open");
  Descriptor out(to, O_WRONLY | O_CREAT | O_TRUNC, "create");
  std::vector<std::byte> buffer(1 << 16);
  while (const std::size_t n = in.read(buffer)) out.write(std::span(buffer).first(n));
  out.sync();
}

void write_new(const fs::path& file, std::span<const std::byte> bytes) {
  Descriptor out(file, O_WRONLY | O_CREAT | O_EXCL, "create");
  out.write(bytes);
  out.sync();
}

std::optional<HeldFile> HeldFile::open(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) fail("open", path, errno);
  return HeldFile(path, fd);
}

HeldFile::HeldFile(HeldFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

HeldFile::~HeldFile() {
  if (fd_ >= 0) ::close(fd_);
}

void HeldFile::copy_to(const fs::path& to) const {
  Descriptor out(to, O_WRONLY | O_CREAT | O_TRUNC, "create");
  std::vector<std::byte> buffer(1 << 18);
  std::size_t at = 0;
  while (const std::size_t n = read_at(fd_, path_, buffer, at)) {
    out.write(std::span(buffer).first(n));
    at += n;
  }
  out.sync();
}

std::vector<std::byte> HeldFile::read(std::size_t limit) const {
  std::size_t at = 0;
  return read_whole(path_, 1 << 16, limit, [&](std::span<std::byte> to) {
    const std::size_t n = read_at(fd_, path_, to, at);
    at += n;
    return n;
  });
}

}  // namespace migledger::ledger
