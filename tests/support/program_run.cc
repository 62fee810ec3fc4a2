#include "tests/support/program_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/support/paths.h"

namespace migledger::testing {

namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr auto kPatience = std::chrono::minutes(2);
constexpr auto kLook = microseconds(500);  // between two looks at a growing file

void require(int error, const char* what) {
  if (error != 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(error));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// A limit that a child inherits, for as long as this lives. Beyond it write() fails with EFBIG,
// once the signal that goes with it is ignored.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::optional<rlim_t> bytes) : set_(bytes) {
    if (!set_) return;
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit lower{*bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &lower);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    if (!set_) return;
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  std::optional<rlim_t> set_;
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

std::vector<std::string> ProgramResult::lines() const {
  std::vector<std::string> found;
  std::size_t begin = 0;
  for (auto end = out.find('\n'); end != std::string::npos; end = out.find('\n', begin)) {
    found.push_back(out.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

RunningProgram::RunningProgram(const std::vector<std::string>& command, const fs::path& directory,
                               const fs::path& outputs, const StartOptions& options)
    : outputs_(outputs) {
  fs::create_directory(outputs_);
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/bin:/bin"}, {"HOME", directory}, {"LANG", "C.UTF-8"}, {"TZ", "UTC"}};
  for (const auto& [name, value] : options.environment) variables[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  std::vector<std::string> arguments = command;

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  const std::string out = outputs_ / "out", err = outputs_ / "err";
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), kWrite, 0600);
  int error = 0;
  {
    const FileSizeLimit limit(options.largest_file);
    error = posix_spawn(&pid_, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                        pointers(environment).data());
  }
  posix_spawn_file_actions_destroy(&actions);
  require(error, "posix_spawn");
  // By number, because <sys/pidfd.h> of glibc 2.36 cannot be used from C++.
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) require(errno, "pidfd_open");
}

RunningProgram::~RunningProgram() {
  if (!status_) {
    send(SIGKILL);
    reap();
  }
  ::close(pidfd_);
}

void RunningProgram::send(int signal) const {
  if (!status_) ::kill(pid_, signal);  // not reaped, so the number is still its own
}

void RunningProgram::reap() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, 0) == pid_) status_ = status;
}

bool RunningProgram::ended_within(microseconds patience) {
  const auto until = Steady::now() + patience;
  while (!status_) {
    const auto left = std::chrono::ceil<std::chrono::nanoseconds>(until - Steady::now()).count();
    const long wait = std::max<long>(0, left);
    const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
    pollfd ending{pidfd_, POLLIN, 0};
    if (::ppoll(&ending, 1, &timeout, nullptr) == 1) reap();
    if (left <= 0) break;
  }
  return status_.has_value();
}

std::string RunningProgram::read(const char* name) const {
  return fs::exists(outputs_ / name) ? read_all(outputs_ / name) : std::string();
}

bool RunningProgram::has_lines(std::size_t count, microseconds patience) {
  const auto until = Steady::now() + patience;
  while (true) {
    const bool ended = ended_within(kLook);
    const std::string text = read("out");
    if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= count) return true;
    if (ended || Steady::now() >= until) return false;
  }
}

void RunningProgram::await(const char* name, std::string_view text) {
  const auto until = Steady::now() + kPatience;
  while (true) {
    const bool ended = ended_within(kLook);
    if (read(name).find(text) != std::string::npos) return;
    if (!ended && Steady::now() < until) continue;
    INFO("out: " << read("out") << "\nerr: " << read("err"));
    FAIL("it never said: " << text);
  }
}

void RunningProgram::await_output(std::string_view text) { await("out", text); }
void RunningProgram::await_error(std::string_view text) { await("err", text); }

ProgramResult RunningProgram::finish() {
  if (!ended_within(kPatience)) {
    INFO("out: " << read("out") << "\nerr: " << read("err"));
    FAIL("it did not end within two minutes");
  }
  ProgramResult result;
  if (WIFEXITED(*status_)) result.exit_code = WEXITSTATUS(*status_);
  if (WIFSIGNALED(*status_)) result.signal = WTERMSIG(*status_);
  result.out = read("out");
  result.err = read("err");
  return result;
}

ProgramResult RunningProgram::kill() {
  send(SIGKILL);
  return finish();
}

Workplace::Workplace() : directory_(scratch_ / "work") { fs::create_directory(directory_); }

std::string Workplace::write(const std::string& name, const std::string& content) const {
  write_all(directory_ / name, content);
  return directory_ / name;
}

std::unique_ptr<RunningProgram> Workplace::start(const std::vector<std::string>& arguments,
                                                 const StartOptions& options) {
  std::vector<std::string> command = {migledger_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return std::make_unique<RunningProgram>(
      command, directory_, scratch_ / ("outputs-" + std::to_string(++started_)), options);
}

ProgramResult Workplace::run(const std::vector<std::string>& arguments,
                             const StartOptions& options) {
  return start(arguments, options)->finish();
}

}  // namespace migledger::testing
