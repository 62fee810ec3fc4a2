// Files that commands make for people, and the rule for what is there already: it is never touched,
// unless the command has --force and was given it.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "adapters/unique_fd.h"

namespace migledger::cli {

// What to do with a file that is there already.
enum class WhenThere {
  refused,           // whatever is asked
  refused_unforced,  // advises --force
  replaced,          // in one step
};

constexpr WhenThere unless(bool force) {
  return force ? WhenThere::replaced : WhenThere::refused_unforced;
}

// A file that appears under its name when it is finished: whole, synced, or not at all. "-" stands
// for `out`, and what is written to a pipe or a device goes there at once. All throw UsageError,
// which names the file and why it cannot be written.
class OutputFile {
 public:
  // Makes the file beside `path`, so that what stands in its way shows before the work. Throws
  // AlreadyThere for a file that is there, unless it is to be replaced. The permissions are those
  // before the umask.
  OutputFile(const std::string& path, WhenThere when_there, std::ostream& out,
             unsigned permissions = 0666);
  // Removes it, unless it was finished.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);

  // Gives it its name. Throws AlreadyThere for one that came there meanwhile.
  void finish();

 private:
  void check_absent() const;
  [[noreturn]] void refuse_existing() const;
  void flush();
  void make_beside(unsigned permissions);
  [[noreturn]] void fail(int error) const;

  const std::string path_;
  const WhenThere when_there_;
  std::ostream& out_;
  adapters::UniqueFd fd_;
  std::string beside_;  // empty: written to where it is
  std::string buffer_;
};

}  // namespace migledger::cli
