#include "cli/session/signals.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <thread>

#include "cli/base/exit_status.h"

namespace migledger::cli {

namespace {

std::atomic<workflow::Executor*> stopped{nullptr};
std::atomic<int> signals{0};
std::atomic<int> handlers{0};  // at work now
std::atomic<bool> writes{true};

// Everything acknowledged is on disk, whatever is going on.
void end_at_once(int) { ::_exit(static_cast<int>(ExitStatus::interrupted)); }

void end_quietly(int) { ::_exit(static_cast<int>(ExitStatus::done)); }

void on_signal(int) {
  const int error = errno;  // of whatever this interrupts
  ++handlers;
  if (signals++ == 0 && writes)
    for (const std::string_view part :
         {std::string_view("\nmigledger: "), kStopping, std::string_view("\n")})
      [[maybe_unused]] const auto written = ::write(STDERR_FILENO, part.data(), part.size());
  if (auto* executor = stopped.load()) executor->stop();
  --handlers;
  errno = error;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

void end_on_signal() { handle(end_at_once); }

void outlive_refused_writes() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

void end_when_unread() {
  struct sigaction action {};
  action.sa_handler = end_quietly;
  sigaction(SIGPIPE, &action, nullptr);
}

StopOnSignal::StopOnSignal(workflow::Executor& executor, Words words) {
  stopped = &executor;
  signals = 0;
  writes = words == Words::written;
  handle(on_signal);
}

bool StopOnSignal::stopping() { return stopped.load() != nullptr && signals > 0; }

StopOnSignal::~StopOnSignal() {
  end_on_signal();
  stopped = nullptr;
  // The system picks the thread that handles a signal, and that one may be about to stop what is
  // gone next. On this thread none is at work.
  while (handlers != 0) std::this_thread::yield();
}

}  // namespace migledger::cli
