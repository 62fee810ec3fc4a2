// Signals may be handled on any thread, and at any moment.
#include "cli/session/signals.h"

#include <pthread.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>

#include "adapters/system_clock.h"
#include "tests/support/memory_event_store.h"
#include "tests/support/scripted_cloud.h"
#include "workflow/compute/compute_workflow.h"

namespace migledger::cli {

namespace {

// What interrupts it stays within until the run is over, and then some.
struct BusyCloud final : testing::ScriptedCloud {
  std::atomic<bool> within{false}, ending{false}, left{false};

  void interrupt() override {
    within = true;
    while (!ending) std::this_thread::yield();
    for (int turn = 0; turn < 1'000; ++turn) std::this_thread::yield();
    errno = EAGAIN;
    left = true;
  }
};

// SIGINT and SIGTERM do afterwards what they did before.
class SignalsAsTheyWere {
 public:
  SignalsAsTheyWere() {
    sigaction(SIGINT, nullptr, &interrupted_);
    sigaction(SIGTERM, nullptr, &terminated_);
  }
  ~SignalsAsTheyWere() {
    sigaction(SIGINT, &interrupted_, nullptr);
    sigaction(SIGTERM, &terminated_, nullptr);
  }

 private:
  struct sigaction interrupted_ = {};
  struct sigaction terminated_ = {};
};

}  // namespace

TEST_CASE("A signal that another thread handles is done before what it stops is gone") {
  const SignalsAsTheyWere as_they_were;
  testing::MemoryEventStore store;
  BusyCloud cloud;
  adapters::SystemClock clock;
  workflow::Executor executor(store, cloud, clock, workflow::compute_workflow(), {});
  std::optional<StopOnSignal> stop;
  stop.emplace(executor, StopOnSignal::Words::written);
  int error = 0;
  std::thread other([&] {
    errno = ENOENT;
    pthread_kill(pthread_self(), SIGTERM);
    error = errno;
  });
  while (!cloud.within) std::this_thread::yield();
  cloud.ending = true;
  stop.reset();
  CHECK(cloud.left);
  other.join();
  CHECK(error == ENOENT);
}

}  // namespace migledger::cli
