#include "adapters/secret_key.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "ledger/base/files.h"

namespace migledger::adapters {

namespace {

namespace fs = std::filesystem;

constexpr const char* kElsewhere = "; set XDG_STATE_HOME to a directory that is yours";

[[noreturn]] void fail(const fs::path& file, const std::string& why) {
  throw std::runtime_error(file.string() + ": " + why);
}

fs::path home() {
  if (const char* named = std::getenv("HOME"); named && *named == '/') return named;
  if (const passwd* entry = ::getpwuid(::getuid()); entry && entry->pw_dir) return entry->pw_dir;
  throw std::runtime_error(std::string("this user has no home directory to keep a key in") +
                           kElsewhere);
}

workflow::SecretKey::Bytes new_key(const fs::path& file) {
  workflow::SecretKey::Bytes bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    fail(file, "no random bytes for a new key");
  return bytes;
}

// Somebody else may make it at the same time: then theirs is the key.
void make(const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) fail(file, "cannot be made: " + error.message() + kElsewhere);
  const fs::path mine = file.string() + "." + std::to_string(::getpid());
  try {
    ledger::write_new(mine, new_key(file));
    ledger::rename_new(mine, file);
  } catch (const std::exception& e) {
    fail(file, std::string("cannot be made: ") + e.what() + kElsewhere);
  }
  fs::remove(mine, error);
}

bool is_there(const fs::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

workflow::SecretKey read_key(const fs::path& file) {
  workflow::SecretKey::Bytes bytes;
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) fail(file, std::strerror(errno));
  if ((info.st_mode & 077) != 0)
    fail(file,
         "others may read this key: chmod 600 it, and count what it protects as known to them");
  const auto content = ledger::read_file(file, 4096);
  if (!content || content->size() != bytes.size())
    fail(file, "is no key of 32 bytes; restore it, or move it away to have a new one made");
  std::copy(content->begin(), content->end(), bytes.begin());
  return workflow::SecretKey(bytes);
}

}  // namespace

fs::path secret_key_file() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const fs::path base = state && *state == '/' ? fs::path(state) : home() / ".local/state";
  return base / "migledger/secret.key";
}

workflow::SecretKey secret_key(const fs::path& file) {
  if (!is_there(file)) make(file);
  return read_key(file);
}

workflow::SecretKey passing_secret_key(const fs::path& file) {
  return is_there(file) ? read_key(file) : workflow::SecretKey(new_key(file));
}

}  // namespace migledger::adapters
