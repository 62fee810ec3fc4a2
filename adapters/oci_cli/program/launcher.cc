// The one file that knows Boost.Process.
#define BOOST_POSIX_HAS_VFORK 1
#include "adapters/oci_cli/program/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <climits>
#include <deque>
#include <map>
#include <system_error>

#include "adapters/unique_fd.h"

namespace migledger::adapters {

namespace {

namespace asio = boost::asio;
namespace bp = boost::process;
using Descriptor = asio::posix::stream_descriptor;
using Failure = boost::system::error_code;

constexpr std::size_t kChunk = 64u << 10;
// Numbers below belong to the child's view; ours are moved above, so that no copy hits another.
constexpr int kFirstFreeFd = 10;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

// Its wait status.
int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd duplicate_above(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!copy) throw_errno("cannot duplicate a descriptor");
  return copy;
}

// All signals held back: a handler of ours must never run in the child, whose memory is ours until
// it executes the program.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

void close_all_on_exec() {
#ifdef SYS_close_range
  constexpr unsigned kCloseOnExec = 1u << 2;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (::syscall(SYS_close_range, 3u, ~0u, kCloseOnExec) == 0) return;
#endif
  const long limit = std::clamp(::sysconf(_SC_OPEN_MAX), 256L, 65'536L);
  for (int fd = 3; fd < limit; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// What the child tells us through the memory it shares with us until it executes the program.
struct SetupReport {
  pid_t failed_pid = -1;  // of a child that could not execute the program
  const char* step = nullptr;
  int error = 0;
};

// Runs in the child between vfork and exec: system calls only, no allocation.
struct ChildSetup : bp::extend::handler {
  const std::vector<InheritedFd>& descriptors;
  const char* directory;
  pid_t parent;
  volatile SetupReport& report;

  ChildSetup(const std::vector<InheritedFd>& descriptors, const char* directory, pid_t parent,
             volatile SetupReport& report)
      : descriptors(descriptors), directory(directory), parent(parent), report(report) {}

  [[noreturn]] void give_up(const char* step) const {
    report.error = errno;
    report.step = step;
    ::_exit(127);
  }

  template <class Executor>
  void on_exec_setup(Executor&) const {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // we died before the line above
    if (::chdir(directory) != 0) give_up("enter its directory");
    close_all_on_exec();
    for (const InheritedFd& d : descriptors)
      if (::dup2(d.fd, d.as) < 0) give_up("hand over a descriptor");
    struct sigaction by_default = {};
    by_default.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    report.failed_pid = executor.pid;
  }
};

}  // namespace

class Launcher::Impl {
 public:
  Impl() : work_(asio::make_work_guard(io_)), wake_(io_) {
    const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake < 0) throw_errno("cannot make an eventfd");
    wake_.assign(wake);
    watch_wake();
  }

  ~Impl() { kill_all(); }

  void start(std::uint64_t id, const ChildSpec& spec);
  std::size_t running() const { return children_.size(); }
  std::optional<ChildEnd> wait(std::chrono::steady_clock::time_point deadline);
  void interrupt();
  void kill_all();

 private:
  struct Child {
    explicit Child(asio::io_context& io) : exit(io), out(io), err(io), limit(io), drain(io) {}
    pid_t pid = -1;
    ChildEnd end;
    ChildLimits limits;
    Descriptor exit;  // the pidfd
    Descriptor out;
    Descriptor err;
    asio::steady_timer limit;
    asio::steady_timer drain;
    bool exited = false;
    bool finished = false;
    std::array<char, kChunk> chunk[2];
  };
  using ChildPtr = std::shared_ptr<Child>;

  pid_t spawn(const ChildSpec& spec, int in, int out, int err);
  void watch_wake();
  void read(const ChildPtr& child, bool is_out);
  void on_exit(const ChildPtr& child);
  void on_limit(const ChildPtr& child);
  void finish_if_done(const ChildPtr& child);
  void finish(const ChildPtr& child);

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Descriptor wake_;
  bool interrupted_ = false;
  std::map<pid_t, ChildPtr> children_;
  std::deque<ChildEnd> ends_;
};

pid_t Launcher::Impl::spawn(const ChildSpec& spec, int in, int out, int err) {
  std::vector<UniqueFd> held;
  std::vector<InheritedFd> descriptors;
  const auto give = [&](int fd, int as) {
    held.push_back(duplicate_above(fd));
    descriptors.push_back({held.back().get(), as});
  };
  give(in, STDIN_FILENO);
  give(out, STDOUT_FILENO);
  give(err, STDERR_FILENO);
  for (const InheritedFd& inherited : spec.inherited) give(inherited.fd, inherited.as);

  bp::environment environment;
  environment.clear();
  for (const std::string& entry : spec.environment) {
    const std::size_t equals = entry.find('=');
    environment[entry.substr(0, equals)] =
        equals == std::string::npos ? std::string() : entry.substr(equals + 1);
  }

  volatile SetupReport report;
  std::error_code error;
  pid_t pid = -1;
  {
    const SignalsBlocked blocked;
    bp::child child(bp::exe = spec.program, bp::args = spec.arguments, bp::env = environment,
                    bp::posix::use_vfork,
                    ChildSetup(descriptors, spec.directory.c_str(), ::getpid(), report), error);
    pid = child.id();
    child.detach();  // reaped by finish()
  }
  if (error) {
    // Boost.Process looks once, without waiting, and may leave a zombie.
    if (report.failed_pid > 0) reap(report.failed_pid);
    throw std::system_error(error, "cannot start " + spec.program);
  }
  if (report.step != nullptr) {
    reap(pid);
    throw std::system_error(report.error, std::generic_category(),
                            "cannot start " + spec.program + ": cannot " + report.step);
  }
  return pid;
}

void Launcher::Impl::start(std::uint64_t id, const ChildSpec& spec) {
  const auto child = std::make_shared<Child>(io_);
  child->end.id = id;
  child->limits = spec.limits;
  Pipe out;
  Pipe err;
  try {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) throw_errno("cannot open /dev/null");
    out = make_pipe();
    err = make_pipe();
    child->pid = spawn(spec, null.get(), out.write.get(), err.write.get());
  } catch (const std::exception& error) {
    child->end.spawn_error = error.what();
    ends_.push_back(std::move(child->end));
    return;
  }
  out.write.reset();
  err.write.reset();

  try {
    UniqueFd pidfd(open_pidfd(child->pid));
    if (!pidfd) throw_errno("cannot watch a child (pidfd_open; needs Linux 5.3)");
    child->exit.assign(pidfd.get());
    pidfd.release();
    child->out.assign(out.read.get());
    out.read.release();
    child->err.assign(err.read.get());
    err.read.release();
  } catch (const std::exception& error) {
    // It runs, and nothing would tell us of its end.
    ::kill(-child->pid, SIGKILL);
    child->end.abandoned = true;
    child->end.err = error.what();
    finish(child);
    return;
  }
  children_.emplace(child->pid, child);
  child->exit.async_wait(Descriptor::wait_read, [this, child](Failure error) {
    if (!error) on_exit(child);
  });
  child->limit.expires_after(child->limits.wall_clock);
  child->limit.async_wait([this, child](Failure error) {
    if (!error) on_limit(child);
  });
  read(child, true);
  read(child, false);
}

void Launcher::Impl::watch_wake() {
  wake_.async_wait(Descriptor::wait_read, [this](Failure error) {
    if (error) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.native_handle(), &count, sizeof count);
    interrupted_ = true;
    watch_wake();
  });
}

void Launcher::Impl::read(const ChildPtr& child, bool is_out) {
  Descriptor& pipe = is_out ? child->out : child->err;
  auto& chunk = child->chunk[is_out ? 0 : 1];
  pipe.async_read_some(asio::buffer(chunk), [this, child, is_out](Failure error, std::size_t got) {
    if (child->finished) return;
    std::string& text = is_out ? child->end.out : child->end.err;
    const std::size_t cap = is_out ? child->limits.stdout_bytes : child->limits.stderr_bytes;
    const std::size_t kept = std::min(got, cap - text.size());
    text.append(child->chunk[is_out ? 0 : 1].data(), kept);
    if (kept < got) (is_out ? child->end.out_cut : child->end.err_cut) = true;
    if (!error) return read(child, is_out);
    (is_out ? child->out : child->err).close(error);
    finish_if_done(child);
  });
}

void Launcher::Impl::on_limit(const ChildPtr& child) {
  if (child->finished || child->exited) return;
  if (child->end.timed_out) {
    ::kill(-child->pid, SIGKILL);
    return;
  }
  child->end.timed_out = true;
  ::kill(-child->pid, SIGTERM);
  child->limit.expires_after(child->limits.term_grace);
  child->limit.async_wait([this, child](Failure error) {
    if (!error) on_limit(child);
  });
}

void Launcher::Impl::on_exit(const ChildPtr& child) {
  if (child->finished) return;
  child->exited = true;
  child->limit.cancel();
  child->drain.expires_after(child->limits.drain);
  child->drain.async_wait([this, child](Failure error) {
    if (error || child->finished) return;
    child->end.drained = false;
    finish(child);
  });
  finish_if_done(child);
}

void Launcher::Impl::finish_if_done(const ChildPtr& child) {
  if (!child->finished && child->exited && !child->out.is_open() && !child->err.is_open())
    finish(child);
}

void Launcher::Impl::finish(const ChildPtr& child) {
  child->finished = true;
  ::kill(-child->pid, SIGKILL);  // what it left behind in its group
  const int status = reap(child->pid);
  if (WIFEXITED(status)) child->end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) child->end.signal = WTERMSIG(status);
  Failure ignored;
  child->exit.close(ignored);
  child->out.close(ignored);
  child->err.close(ignored);
  child->limit.cancel();
  child->drain.cancel();
  ends_.push_back(std::move(child->end));
  children_.erase(child->pid);
}

std::optional<ChildEnd> Launcher::Impl::wait(std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    io_.poll();
    if (!ends_.empty()) {
      ChildEnd end = std::move(ends_.front());
      ends_.pop_front();
      return end;
    }
    if (interrupted_) {
      interrupted_ = false;
      return std::nullopt;
    }
    if (io_.run_one_until(deadline) == 0) return std::nullopt;
  }
}

void Launcher::Impl::interrupt() {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t sent = ::write(wake_.native_handle(), &one, sizeof one);
  errno = saved;
}

void Launcher::Impl::kill_all() {
  for (const auto& [pid, child] : children_) ::kill(-pid, SIGKILL);
  while (!children_.empty()) {
    const ChildPtr child = children_.begin()->second;
    child->end.abandoned = true;
    finish(child);
  }
}

Launcher::Launcher() : impl_(std::make_unique<Impl>()) {}
Launcher::~Launcher() = default;
void Launcher::start(std::uint64_t id, const ChildSpec& spec) { impl_->start(id, spec); }
std::size_t Launcher::running() const { return impl_->running(); }
std::optional<ChildEnd> Launcher::wait(std::chrono::steady_clock::time_point deadline) {
  return impl_->wait(deadline);
}
void Launcher::interrupt() { impl_->interrupt(); }
void Launcher::kill_all() { impl_->kill_all(); }

}  // namespace migledger::adapters
