#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

namespace migledger::cli {

namespace {

std::atomic<workflow::Executor*> stopped{nullptr};
std::atomic<int> signals{0};

void on_signal(int) {
  constexpr std::string_view kOnce =
      "\nmigledger: waiting for the calls under way, to record them; once more stops at once "
      "(that is safe, too)\n";
  if (signals++ == 0) [[maybe_unused]]
    const auto written = ::write(STDERR_FILENO, kOnce.data(), kOnce.size());
  if (auto* executor = stopped.load()) executor->stop();
}

}  // namespace

StopOnSignal::StopOnSignal(workflow::Executor& executor) {
  stopped = &executor;
  signals = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StopOnSignal::~StopOnSignal() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  stopped = nullptr;
}

}  // namespace migledger::cli
