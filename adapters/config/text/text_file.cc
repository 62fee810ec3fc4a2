#include "adapters/config/text/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace migledger::adapters {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(int error) { return std::generic_category().message(error); }

FileError too_large(std::size_t max_bytes) {
  return FileError(false, fmt::format("larger than {} bytes, the most that is read", max_bytes));
}

}  // namespace

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
  if (path.find('\0') != std::string::npos) throw FileError(false, "the path has a zero byte");
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ENOENT) throw FileError(true, "there is no such file");
    throw FileError(false, "cannot be opened: " + reason(errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw FileError(false, reason(errno));
  if (S_ISDIR(status.st_mode)) throw FileError(false, "is a directory, not a file");
  if (S_ISREG(status.st_mode) && static_cast<std::uintmax_t>(status.st_size) > max_bytes)
    throw too_large(max_bytes);

  // Pipes and devices have no size to ask for, so the limit holds while reading, too.
  std::string content;
  constexpr std::size_t kPiece = 64 * 1024;
  while (true) {
    const std::size_t had = content.size();
    content.resize(had + std::min(kPiece, max_bytes + 1 - had));
    const ssize_t got = ::read(file.get(), content.data() + had, content.size() - had);
    if (got < 0 && errno != EINTR) throw FileError(false, "cannot be read: " + reason(errno));
    content.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (content.size() > max_bytes) throw too_large(max_bytes);
    if (got == 0) return content;
  }
}

}  // namespace migledger::adapters
