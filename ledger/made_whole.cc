#include "ledger/made_whole.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "ledger/errors.h"
#include "ledger/files.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_existing(const fs::path& path) {
  throw LedgerError(
      LedgerErrorKind::refused,
      path.string() + " is there already, and nothing is written over; choose another name");
}

[[noreturn]] void fail(const std::string& what, const fs::path& path, int error) {
  throw LedgerError(LedgerErrorKind::disk,
                    "cannot " + what + " " + path.string() + ": " + std::strerror(error));
}

// "a/b/" names what "a/b" does.
fs::path without_slash(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

void sync_tree(const fs::path& directory) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error))
    if (it->is_directory()) sync_directory(it->path());
  if (error) fail("read", directory, error.value());
  sync_directory(directory);
}

void require_absent(const fs::path& path) {
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found) refuse_existing(path);
}

// Gives what is at `beside` its name, durably.
void rename_to(const fs::path& beside, const fs::path& path) {
  int result = ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
  if (result != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // A file system that cannot promise it.
    require_absent(path);
    result = ::rename(beside.c_str(), path.c_str());
  }
  if (result != 0 && (errno == EEXIST || errno == ENOTEMPTY)) refuse_existing(path);
  if (result != 0) fail("rename " + beside.string() + " to", path, errno);
  const fs::path parent = path.parent_path();
  sync_directory(parent.empty() ? fs::path(".") : parent);
}

}  // namespace

MadeWhole::MadeWhole(const fs::path& path) : path_(without_slash(path)) {
  require_absent(path_);
  std::string name = path_.string() + ".unfinished-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) fail("make the directory", name, errno);
  beside_ = name;
}

MadeWhole::~MadeWhole() {
  // What cannot be removed stays, under a name that says what it is.
  std::error_code ignored;
  if (!finished_) fs::remove_all(beside_, ignored);
}

void MadeWhole::finish() {
  sync_tree(beside_);
  rename_to(beside_, path_);
  finished_ = true;
}

MadeFile::MadeFile(const fs::path& path) : path_(without_slash(path)) {
  require_absent(path_);
  std::string name = path_.string() + ".unfinished-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) fail("make the file", name, errno);
  ::close(fd);
  beside_ = name;
}

MadeFile::~MadeFile() {
  std::error_code ignored;
  if (!finished_) fs::remove(beside_, ignored);
}

void MadeFile::finish() {
  const int fd = ::open(beside_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open", beside_, errno);
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0) fail("sync", beside_, error);
  rename_to(beside_, path_);
  finished_ = true;
}

}  // namespace migledger::ledger
