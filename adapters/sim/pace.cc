#include "adapters/sim/pace.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace migledger::adapters::sim {

namespace {

class RealPace : public Pace {
 public:
  RealPace() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~RealPace() override { ::close(event_); }

  Duration elapsed() override {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }

  bool wait(Duration at_most) override {
    const Duration until = elapsed() + at_most;
    for (;;) {
      if (interrupted_.exchange(false)) {
        std::uint64_t drained = 0;
        [[maybe_unused]] const auto n = ::read(event_, &drained, sizeof drained);
        return false;
      }
      const Duration left = until - elapsed();
      if (left <= Duration::zero()) return true;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      const timespec timeout{static_cast<time_t>(seconds.count()),
                             static_cast<long>((left - seconds).count() * 1000)};
      pollfd fd{event_, POLLIN, 0};
      ::ppoll(&fd, 1, &timeout, nullptr);
    }
  }

  void interrupt() override {
    interrupted_.store(true);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(event_, &one, sizeof one);
  }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free, "interrupt() is for signal handlers");
  const int event_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace

std::unique_ptr<Pace> real_pace() { return std::make_unique<RealPace>(); }

}  // namespace migledger::adapters::sim
