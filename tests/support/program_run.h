// The program under test as a person starts it: a process of its own, in a directory and an
// environment of its own, nothing else of this machine in reach. Nothing here sleeps: every wait
// ends with what is waited for, or fails the test when its patience ends.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/scratch.h"

namespace migledger::testing {

struct ProgramResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;      // 0: ended by itself
  std::string out;
  std::string err;

  // `out`, a line each; what has no line end was cut off by a kill and is left out.
  std::vector<std::string> lines() const;
};

struct StartOptions {
  std::map<std::string, std::string> environment;  // instead of or beside PATH, HOME, LANG, TZ
  std::optional<rlim_t> largest_file;              // bytes; writes beyond it fail as on a full disk
};

// A process that was started. Ends it, if it still runs, when it goes.
class RunningProgram {
 public:
  RunningProgram(const std::vector<std::string>& command, const std::filesystem::path& directory,
                 const std::filesystem::path& outputs, const StartOptions& options);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const;

  // Whether it ended within `patience`.
  bool ended_within(std::chrono::microseconds patience);

  // Waits until its output has `count` whole lines, or it ended, or `patience` is over; returns
  // whether the lines are there.
  bool has_lines(std::size_t count, std::chrono::microseconds patience);

  // Waits until the output holds `text`; fails the test when it ends without, or never says it.
  void await_output(std::string_view text);

  // Waits until the standard error holds `text`; the same.
  void await_error(std::string_view text);

  // Waits for its end; fails the test when that takes more than two minutes.
  ProgramResult finish();

  // SIGKILL, and what it had written by then.
  ProgramResult kill();

 private:
  std::string read(const char* name) const;
  void await(const char* name, std::string_view text);
  void reap();

  std::filesystem::path outputs_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<int> status_;
};

// Whether what a program wrote holds `part`.
inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A directory to run the program in, and short ways to do so.
class Workplace {
 public:
  Workplace();

  const std::filesystem::path& path() const { return directory_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const {
    return directory_ / name;
  }
  std::string write(const std::string& name, const std::string& content) const;

  // `migledger ARGUMENTS…`, to its end.
  ProgramResult run(const std::vector<std::string>& arguments, const StartOptions& options = {});

  // The same, under way.
  std::unique_ptr<RunningProgram> start(const std::vector<std::string>& arguments,
                                        const StartOptions& options = {});

 private:
  Scratch scratch_;
  std::filesystem::path directory_;
  int started_ = 0;
};

}  // namespace migledger::testing
