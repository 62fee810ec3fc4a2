#include "ledger/directory/writer_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "ledger/base/errors.h"
#include "ledger/base/files.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLockBytes = 4096;

std::string serialise(const Holder& holder) {
  return "pid: " + std::to_string(holder.pid) + "\nhost: " + holder.host +
         "\nsince: " + format_utc(holder.since) + "\n";
}

std::string_view value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key)) return line.substr(key.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Holder parse(std::string_view text) {
  Holder holder;
  const std::string_view pid = value_of(text, "pid: ");
  std::from_chars(pid.data(), pid.data() + pid.size(), holder.pid);
  holder.host = value_of(text, "host: ");
  holder.since = parse_rfc3339(value_of(text, "since: ")).value_or(Time{});
  return holder;
}

std::string describe(const Holder& holder) {
  if (holder.pid == 0) return "another process";
  return "process " + std::to_string(holder.pid) + " on " + holder.host + ", since " +
         format_utc(holder.since);
}

// The lock belongs to the open file, not to the process (fcntl(2), F_OFD_SETLK): two openings
// within one process exclude each other, too, and one can ask who holds it without taking it.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

constexpr int kLooksAtTheDead = 200;

bool is_dead(const Holder& holder, const std::string& our_host) {
  return holder.pid != 0 && holder.host == our_host &&
         ::kill(static_cast<pid_t>(holder.pid), 0) != 0 && errno == ESRCH;
}

[[noreturn]] void fail(const fs::path& file, int error) {
  throw LedgerError(LedgerErrorKind::disk,
                    "cannot lock " + file.string() + ": " + std::strerror(error));
}

}  // namespace

WriterLock::WriterLock(const fs::path& file, const Holder& holder)
    : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (fd_ < 0) fail(file, errno);
  struct flock lock = whole_file();
  for (int look = 0; ::fcntl(fd_, F_OFD_SETLK, &lock) != 0; ++look) {
    const int error = errno;
    const bool busy = error == EAGAIN || error == EACCES;
    const Holder other = busy ? parse(read_text(file, kMaxLockBytes).value_or("")) : Holder{};
    // Killed while it starts a program, the holder leaves a child that has the lock, too, until it
    // dies of its parent's death a moment later.
    if (busy && look < kLooksAtTheDead && is_dead(other, holder.host)) {
      const timespec moment{0, 5'000'000};
      ::nanosleep(&moment, nullptr);
      continue;
    }
    ::close(fd_);
    if (!busy) fail(file, error);
    throw LedgerError(LedgerErrorKind::in_use,
                      file.parent_path().string() + " is being written to by " + describe(other) +
                          "; wait for it to end, or stop it, then start again");
  }
  const std::string text = serialise(holder);
  const bool written =
      ::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
      ::ftruncate(fd_, static_cast<off_t>(text.size())) == 0;
  if (!written) {
    const int error = errno;
    ::close(fd_);
    fail(file, error);
  }
}

WriterLock::~WriterLock() {
  // The name of who is gone would only mislead; that the file could not be emptied does no harm.
  [[maybe_unused]] const int ignored = ::ftruncate(fd_, 0);
  ::close(fd_);
}

std::optional<Holder> WriterLock::holder(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail(file, errno);
  }
  struct flock lock = whole_file();
  const int result = ::fcntl(fd, F_OFD_GETLK, &lock);
  const int error = errno;
  ::close(fd);
  if (result != 0) fail(file, error);
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return parse(read_text(file, kMaxLockBytes).value_or(""));
}

}  // namespace migledger::ledger
