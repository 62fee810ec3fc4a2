// Starts programs and hears how they ended. Many at once, on one thread, without blocking but in
// wait().
//
// How a child is started, and why:
//  - vfork and exec: copying the page tables of a process of 1 GiB takes 40 ms, vfork none.
//  - in a session of its own (setsid): no terminal to prompt on, one process group to kill.
//  - it dies with us (PR_SET_PDEATHSIG, which follows the *thread* that started it: keep that one).
//  - stdin is /dev/null; every descriptor but the named ones is closed on exec; signals are reset.
// How it is watched: by pidfd, so SIGCHLD stays with the application. It is reaped only after its
// process group has been killed: until then the kernel cannot give its number to another group.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace migledger::adapters {

// `fd` of ours becomes `as` (3 to 9) in the child. Ours stays open, and ours.
struct InheritedFd {
  int fd = -1;
  int as = -1;
};

struct ChildLimits {
  std::chrono::milliseconds wall_clock{120'000};  // then SIGTERM to the process group
  std::chrono::milliseconds term_grace{3'000};    // then SIGKILL
  // How long a grandchild may hold stdout or stderr open after the child has ended.
  std::chrono::milliseconds drain{2'000};
  std::size_t stdout_bytes = 64u << 20;  // what comes after is read and thrown away
  std::size_t stderr_bytes = 1u << 20;
};

struct ChildSpec {
  std::string program;                   // a path; not searched in PATH
  std::vector<std::string> arguments;    // without the program itself
  std::vector<std::string> environment;  // "NAME=value"; all of it
  std::string directory;                 // the working directory; must exist
  std::vector<InheritedFd> inherited;
  ChildLimits limits;
};

struct ChildEnd {
  std::uint64_t id = 0;
  std::string spawn_error;  // not empty: it was never started
  int exit_code = -1;       // -1: it did not exit by itself
  int signal = 0;           // 0: it was not ended by a signal
  std::string out;
  std::string err;
  bool out_cut = false;    // more than stdout_bytes
  bool err_cut = false;    // more than stderr_bytes
  bool timed_out = false;  // the wall-clock limit struck
  bool abandoned = false;  // kill_all() struck
  bool drained = true;     // false: somebody still held the pipes at the drain limit
};

class Launcher {
 public:
  // Throws std::system_error when the system gives no descriptors.
  Launcher();
  // Kills and reaps whatever still runs.
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  // Starts a child; never blocks. How it ended, or why it could not start, comes from wait(),
  // exactly once, under `id`.
  void start(std::uint64_t id, const ChildSpec& spec);

  // Children not yet reaped.
  std::size_t running() const;

  // The next end, waiting for it until `deadline`. Nothing when the deadline passed or interrupt()
  // was called; ends that are there already come first.
  std::optional<ChildEnd> wait(std::chrono::steady_clock::time_point deadline);

  // Makes a wait() under way, or else the next that would wait, return at once. Callable from
  // a signal handler.
  void interrupt();

  // SIGKILL to the process groups of all children, and reaps them. Their ends come from wait().
  void kill_all();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace migledger::adapters
