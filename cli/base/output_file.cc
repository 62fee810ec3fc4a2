#include "cli/base/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/base/usage_error.h"
#include "ledger/base/files.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

constexpr std::string_view kStandardOutput = "-";
constexpr std::size_t kBuffered = 1 << 16;
constexpr int kNames = 100;  // tried beside the file

}  // namespace

void OutputFile::refuse_existing() const {
  throw ledger::AlreadyThere(
      path_, when_there_ == WhenThere::refused ? "" : ", or replace it with --force");
}

void OutputFile::check_absent() const {
  struct stat there {};
  if (::lstat(path_.c_str(), &there) == 0 && (S_ISREG(there.st_mode) || S_ISLNK(there.st_mode)))
    refuse_existing();
}

OutputFile::OutputFile(const std::string& path, WhenThere when_there, std::ostream& out,
                       unsigned permissions)
    : path_(path), when_there_(when_there), out_(out) {
  if (path_ == kStandardOutput) return;
  if (when_there_ != WhenThere::replaced) check_absent();
  struct stat there {};
  if (::stat(path_.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) {
    // A pipe or a device: nothing to replace.
    fd_ = adapters::UniqueFd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd_.get() < 0) fail(errno);
    return;
  }
  make_beside(permissions);
}

OutputFile::~OutputFile() {
  // What cannot be removed stays, under a name that says what it is.
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

void OutputFile::make_beside(unsigned permissions) {
  for (int i = 0; i < kNames; ++i) {
    const std::string name = fmt::format("{}.unfinished-{}-{}", path_, ::getpid(), i);
    fd_ = adapters::UniqueFd(
        ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, permissions));
    if (fd_.get() >= 0) {
      beside_ = name;
      return;
    }
    if (errno != EEXIST) break;
  }
  fail(errno);
}

void OutputFile::fail(int error) const {
  const auto parent = std::filesystem::path(path_).parent_path();
  std::error_code ignored;
  if (error == ENOENT && !parent.empty() && !std::filesystem::exists(parent, ignored))
    throw UsageError(fmt::format("{} cannot be written: there is no directory {}; make it first",
                                 printable(path_), printable(parent.string())));
  throw UsageError(fmt::format("{} cannot be written: {}", printable(path_),
                               std::generic_category().message(error)));
}

void OutputFile::write(std::string_view bytes) {
  if (path_ == kStandardOutput) {
    out_ << bytes;
    return;
  }
  buffer_ += bytes;
  if (buffer_.size() >= kBuffered) flush();
}

void OutputFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      fail(errno);
  }
  buffer_.clear();
}

void OutputFile::finish() {
  if (path_ == kStandardOutput) {
    out_.flush();
    return;
  }
  flush();
  if (beside_.empty()) return;
  if (::fsync(fd_.get()) != 0) fail(errno);
  try {
    if (when_there_ == WhenThere::replaced)
      ledger::rename_over(beside_, path_);
    else if (!ledger::rename_new(beside_, path_))
      refuse_existing();
  } catch (const ledger::AlreadyThere&) {
    throw;
  } catch (const ledger::LedgerError& e) {
    throw UsageError(e.what());
  }
  beside_.clear();
}

}  // namespace migledger::cli
