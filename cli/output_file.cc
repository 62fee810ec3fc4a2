#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ostream>
#include <system_error>

#include "adapters/unique_fd.h"
#include "cli/printable.h"
#include "cli/usage_error.h"

namespace migledger::cli {

namespace {

constexpr std::string_view kStandardOutput = "-";

[[noreturn]] void refuse_existing(const std::string& path) {
  throw UsageError(
      fmt::format("{}: is there already and was not changed; name another file, or replace it "
                  "with --force",
                  printable(path)));
}

[[noreturn]] void cannot_write(const std::string& path, int error) {
  throw UsageError(fmt::format("{}: cannot be written: {}", printable(path),
                               std::generic_category().message(error)));
}

// Returns an errno value; 0: done.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written >= 0)
      content.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

// Returns an errno value; EEXIST also for a file that came there meanwhile, unless `replace`.
int put_in_place(const std::string& from, const std::string& to, bool replace) {
  const unsigned flags = replace ? 0 : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return 0;
  // Some file systems do not know the flag: what was checked before has to do.
  if (errno != EINVAL || replace) return errno;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

void check_output(const std::string& path, bool replace) {
  struct stat there {};
  if (replace || path == kStandardOutput || ::lstat(path.c_str(), &there) != 0) return;
  if (S_ISREG(there.st_mode) || S_ISLNK(there.st_mode)) refuse_existing(path);
}

void write_output(const std::string& path, std::string_view content, bool replace,
                  std::ostream& out) {
  if (path == kStandardOutput) {
    out << content;
    out.flush();
    return;
  }
  check_output(path, replace);
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    // A pipe or a device: nothing to replace.
    const adapters::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd.get() < 0) cannot_write(path, errno);
    if (const int error = write_all(fd.get(), content)) cannot_write(path, error);
    return;
  }
  const std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
  adapters::UniqueFd fd(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (fd.get() < 0) cannot_write(path, errno);
  int error = write_all(fd.get(), content);
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0) error = put_in_place(beside, path, replace);
  if (error != 0) ::unlink(beside.c_str());
  if (error == EEXIST) refuse_existing(path);
  if (error != 0) cannot_write(path, error);
}

}  // namespace migledger::cli
