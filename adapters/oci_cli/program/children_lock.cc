#include "adapters/oci_cli/program/children_lock.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>

namespace migledger::adapters {

namespace {

UniqueFd open_lock(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw std::system_error(errno, std::generic_category(), "cannot open " + path);
  return fd;
}

template <typename F>
void for_each_entry(const std::string& folder, F&& f) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get())) f(std::string_view(entry->d_name));
}

bool holds_open(const std::string& process, const struct stat& file) {
  bool found = false;
  const std::string folder = "/proc/" + process + "/fd";
  for_each_entry(folder, [&](std::string_view name) {
    struct stat status = {};
    if (name.front() == '.' || found) return;
    const std::string path = folder + "/" + std::string(name);
    found = ::stat(path.c_str(), &status) == 0 && status.st_dev == file.st_dev &&
            status.st_ino == file.st_ino;
  });
  return found;
}

// The kernel's short name; a program may put anything into it, so only plain letters are shown.
std::string name_of(const std::string& process) {
  std::ifstream in("/proc/" + process + "/comm");
  std::string name;
  std::getline(in, name);
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  return name.empty() ? "?" : name;
}

}  // namespace

ChildrenLock::ChildrenLock(std::string path) : path_(std::move(path)) { open_lock(path_); }

UniqueFd ChildrenLock::share() const {
  UniqueFd fd = open_lock(path_);
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot lock " + path_);
  return fd;
}

bool ChildrenLock::is_free() const {
  const UniqueFd fd = open_lock(path_);
  return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

std::string ChildrenLock::holders() const {
  struct stat file = {};
  std::string out;
  if (::stat(path_.c_str(), &file) == 0) {
    const std::string own = std::to_string(::getpid());
    for_each_entry("/proc", [&](std::string_view name) {
      const std::string process(name);
      if (!std::ranges::all_of(process, [](char c) { return c >= '0' && c <= '9'; })) return;
      if (process == own || !holds_open(process, file)) return;
      if (!out.empty()) out += ", ";
      out += name_of(process) + " (process " + process + ")";
    });
  }
  return out.empty() ? "a process that cannot be seen from here holds " + path_ +
                           "; look with: fuser -v " + path_
                     : out;
}

}  // namespace migledger::adapters
