#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>
#include <vector>

#include "adapters/oci_cli/program/launcher.h"
#include "adapters/unique_fd.h"
#include "tests/adapters/scratch.h"

namespace migledger::adapters {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

ChildSpec shell(const std::string& script) {
  ChildSpec spec;
  spec.program = "/bin/sh";
  spec.arguments = {"-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.directory = "/";
  spec.limits.term_grace = milliseconds(50);
  spec.limits.drain = milliseconds(50);
  return spec;
}

ChildEnd end_of(Launcher& launcher) {
  auto end = launcher.wait(SteadyClock::now() + std::chrono::seconds(60));
  REQUIRE(end);
  return *std::move(end);
}

ChildEnd run(const ChildSpec& spec) {
  Launcher launcher;
  launcher.start(1, spec);
  return end_of(launcher);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

bool no_children_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST_CASE("A child's output, errors and exit code come back") {
  const ChildEnd end = run(shell("echo out; echo err >&2; exit 7"));
  CHECK(end.id == 1);
  CHECK(end.spawn_error.empty());
  CHECK(end.out == "out\n");
  CHECK(end.err == "err\n");
  CHECK(end.exit_code == 7);
  CHECK(end.signal == 0);
  CHECK(end.drained);
  CHECK_FALSE(end.timed_out);
}

TEST_CASE("A child has its environment, directory and session, and none of our descriptors") {
  const UniqueFd leak(::open("/dev/null", O_RDONLY));  // not close-on-exec
  ChildSpec spec = shell(
      "env; pwd; ls /proc/$$/fd; [ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo leader; "
      "cat; (: </dev/tty) 2>/dev/null || echo no terminal");
  spec.environment = {"PATH=/usr/bin:/bin", "A=b=c"};
  spec.directory = "/usr";
  const ChildEnd end = run(spec);
  CHECK(end.out.find("A=b=c\n") != std::string::npos);
  CHECK(end.out.find("HOME=") == std::string::npos);
  CHECK(end.out.ends_with("/usr\n0\n1\n2\nleader\nno terminal\n"));
}

TEST_CASE("A child ended by a signal says so") {
  const ChildEnd end = run(shell("kill -SEGV $$"));
  CHECK(end.signal == SIGSEGV);
  CHECK(end.exit_code == -1);
}

TEST_CASE("A program that cannot be started says why, and leaves no zombie") {
  const Scratch scratch;
  ChildSpec spec = shell("");
  spec.program = scratch.path("absent");
  CHECK(run(spec).spawn_error.find("No such file") != std::string::npos);
  spec.program = scratch.write("plain", "text", false);
  CHECK(run(spec).spawn_error.find("Permission denied") != std::string::npos);
  spec.program = scratch.write("format",
                               "\x7f"
                               "nonsense",
                               true);
  CHECK(run(spec).spawn_error.find("Exec format error") != std::string::npos);
  spec = shell("true");
  spec.arguments.push_back(std::string(4u << 20, 'x'));
  CHECK(run(spec).spawn_error.find("Argument list too long") != std::string::npos);
  spec = shell("true");
  spec.directory = scratch.path("absent");
  CHECK(run(spec).spawn_error.find("cannot enter its directory") != std::string::npos);
  CHECK(no_children_left());
}

TEST_CASE("Named descriptors arrive under their numbers, whatever numbers they have here") {
  UniqueFd first(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  UniqueFd second(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ChildSpec spec = shell("readlink /proc/$$/fd/3 /proc/$$/fd/4; ls /proc/$$/fd");
  // Crossed on purpose: each one's target may be the other one's number.
  spec.inherited = {{first.get(), 4}, {second.get(), 3}};
  CHECK(run(spec).out == "/dev/null\n/dev/zero\n0\n1\n2\n3\n4\n");
}

TEST_CASE("Signals that are blocked or ignored here are neither in the child") {
  sigset_t usr1;
  sigset_t before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &usr1, &before);
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const ChildEnd end = run(shell("grep -E 'SigBlk|SigIgn' /proc/self/status"));
  sigset_t after;
  ::sigprocmask(SIG_SETMASK, &before, &after);
  ::signal(SIGPIPE, old);
  CHECK(end.out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  CHECK(sigismember(&after, SIGUSR1) == 1);  // ours are as they were
}

TEST_CASE("At its limit a child is asked to end, then killed with its whole group") {
  ChildSpec spec = shell("exec sleep 300");
  spec.limits.wall_clock = milliseconds(20);
  ChildEnd end = run(spec);
  CHECK(end.timed_out);
  CHECK(end.signal == SIGTERM);

  spec = shell("trap '' TERM; echo early; sleep 300; sleep 300");
  spec.limits.wall_clock = milliseconds(500);
  end = run(spec);
  CHECK(end.timed_out);
  CHECK(end.signal == SIGKILL);
  CHECK(end.drained);  // the sleep that held the pipes is gone, too
  CHECK(end.out == "early\n");
}

TEST_CASE("A flood is cut at the cap, and the child can still end") {
  ChildSpec spec = shell("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 3");
  spec.limits.stdout_bytes = 1'000'000;
  spec.limits.stderr_bytes = 1'000;
  const ChildEnd end = run(spec);
  CHECK(end.exit_code == 3);
  CHECK(end.out.size() == 1'000'000);
  CHECK(end.err.size() == 1'000);
  CHECK(end.out_cut);
  CHECK(end.err_cut);
}

TEST_CASE("Output of exactly the cap is not cut") {
  ChildSpec spec = shell("head -c 5000 /dev/zero");
  spec.limits.stdout_bytes = 5'000;
  CHECK(run(spec).out.size() == 5'000);
  CHECK_FALSE(run(spec).out_cut);
}

TEST_CASE("A grandchild that holds the pipes delays an end only until the drain limit") {
  const ChildEnd end = run(shell("sleep 300 & echo $!"));
  CHECK(end.exit_code == 0);
  CHECK_FALSE(end.drained);
  const pid_t grandchild = std::stoi(end.out);
  CHECK(ends_soon(grandchild));  // killed with the group
}

TEST_CASE("Many at once all come back, and leave neither descriptors nor zombies") {
  Launcher launcher;
  const std::size_t before = open_descriptors();
  std::vector<std::uint64_t> ended;
  for (std::uint64_t id = 0; id < 200; ++id) {
    launcher.start(id, shell("echo x"));
    if (launcher.running() == 8) ended.push_back(end_of(launcher).id);
  }
  while (ended.size() < 200) ended.push_back(end_of(launcher).id);
  std::ranges::sort(ended);
  CHECK(std::ranges::adjacent_find(ended) == ended.end());
  CHECK(launcher.running() == 0);
  CHECK(open_descriptors() == before);
  CHECK(no_children_left());
}

TEST_CASE("wait ends at its deadline, and at once when interrupted") {
  Launcher launcher;
  CHECK_FALSE(launcher.wait(SteadyClock::now()));
  CHECK_FALSE(launcher.wait(SteadyClock::now() + milliseconds(5)));
  launcher.interrupt();  // before it waits
  CHECK_FALSE(launcher.wait(SteadyClock::time_point::max()));
  std::thread other([&] { launcher.interrupt(); });  // before or while it waits
  CHECK_FALSE(launcher.wait(SteadyClock::time_point::max()));
  other.join();
  CHECK_FALSE(launcher.wait(SteadyClock::now()));  // an interrupt counts once
}

TEST_CASE("An end that is there comes before an interrupt, which is kept") {
  Launcher launcher;
  ChildSpec spec = shell("");
  spec.program = "/absent";
  launcher.start(5, spec);
  launcher.interrupt();
  CHECK(end_of(launcher).id == 5);
  CHECK_FALSE(launcher.wait(SteadyClock::time_point::max()));
}

TEST_CASE("kill_all ends everything, and every end still comes") {
  Launcher launcher;
  for (std::uint64_t id = 1; id <= 3; ++id) launcher.start(id, shell("trap '' TERM; sleep 300"));
  launcher.kill_all();
  CHECK(launcher.running() == 0);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const ChildEnd end = end_of(launcher);
    CHECK(end.abandoned);
    CHECK(end.signal == SIGKILL);
  }
  CHECK(no_children_left());
}

TEST_CASE("A child dies with its parent") {
  const Scratch scratch;
  const std::string fifo = scratch.fifo("fifo");
  const pid_t parent = ::fork();
  if (parent == 0) {
    Launcher launcher;
    launcher.start(1, shell("echo $$ > " + fifo + "; exec sleep 300"));
    launcher.wait(SteadyClock::now() + std::chrono::seconds(60));
    ::_exit(0);
  }
  const pid_t child = std::stoi(read_fifo(fifo));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  CHECK(ends_soon(child));
}

TEST_CASE("Starting a child copies none of our memory, so its cost does not grow with it") {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kPages = 4096;
  void* const memory =
      ::mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  ::madvise(memory, kPages * kPage, MADV_NOHUGEPAGE);
  auto* const bytes = static_cast<volatile char*>(memory);
  const auto faults_of_writing = [&] {
    rusage before;
    rusage after;
    ::getrusage(RUSAGE_SELF, &before);
    for (std::size_t page = 0; page < kPages; ++page) bytes[page * kPage] = 1;
    ::getrusage(RUSAGE_SELF, &after);
    return static_cast<std::size_t>(after.ru_minflt - before.ru_minflt);
  };
  CHECK(faults_of_writing() >= kPages);
  CHECK(faults_of_writing() < kPages / 10);
  CHECK(run(shell("true")).exit_code == 0);
  // After a fork every page would have become copy-on-write.
  CHECK(faults_of_writing() < kPages / 10);
  ::munmap(memory, kPages * kPage);
}

}  // namespace
}  // namespace migledger::adapters
