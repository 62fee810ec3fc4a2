// A directory that lives as long as a test, and what tests do to the files in it.
#pragma once

#include <filesystem>
#include <string>

namespace migledger::testing {

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string read_all(const std::filesystem::path& file);
void write_all(const std::filesystem::path& file, const std::string& bytes);

// Replaces `to` with a copy of the directory `from`, which may be in use: files that vanish while
// it is copied are left out.
void copy_directory(const std::filesystem::path& from, const std::filesystem::path& to);

// The same of a ledger that nobody appends to, but that the database may still be tidying up in the
// background: as all of it was at one moment.
void copy_at_rest(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace migledger::testing
