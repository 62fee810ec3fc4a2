#include "ledger/base/made_whole.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "ledger/base/files.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

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

}  // namespace

void require_absent(const fs::path& path, const std::string& instead) {
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found)
    throw AlreadyThere(path, instead);
}

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
  if (!rename_new(beside_, path_)) throw AlreadyThere(path_);
  finished_ = true;
}

}  // namespace migledger::ledger
