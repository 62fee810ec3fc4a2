#include "ledger/base/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace migledger::ledger {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 &&
              std::atomic<std::uint32_t>::is_always_lock_free);

void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  // The kernel compares again before it sleeps, so a change in between is not missed.
  while (word.load(std::memory_order_acquire) == value)
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}

bool wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::chrono::nanoseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (word.load(std::memory_order_acquire) == value) {
    const std::chrono::nanoseconds left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) return false;
    constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);
    timespec time{};
    time.tv_sec = static_cast<time_t>(left / kSecond);
    time.tv_nsec = static_cast<long>((left % kSecond).count());
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, &time, nullptr, 0);
  }
  return true;
}

void wake(std::atomic<std::uint32_t>& word, int waiters) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, waiters, nullptr, nullptr, 0);
}

}  // namespace migledger::ledger
