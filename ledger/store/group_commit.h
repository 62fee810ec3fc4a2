// GroupCommit: combines what is submitted at the same time into one piece of work. A lone caller
// does its work inline, without a hand-over; when several meet, the first does it for all.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>

#include "ledger/base/futex.h"

namespace migledger::ledger {

// Whether the processor has others to run, who were just answered and come back.
enum class Pressure { none, others_run };

// A Group is what its members make it: default-constructible, with clear().
template <typename Group>
class GroupCommit {
 public:
  // Calls enter(Group&) at once, to add to the group that is filling: one caller at a time, in the
  // order of the groups, while the group before may be under way. Then process(Group&) is called on
  // this or another submitting thread, for all that entered, in order of arrival and never two at
  // once; returns when that is done. Calls finish(Pressure) on some thread after each group, for
  // what nobody need wait for: the next group may be under way, or finishing, too. None may throw:
  // what went wrong belongs into the group.
  template <typename Enter, typename Process, typename Finish>
  void submit(Enter&& enter, Process&& process, Finish&& finish) {
    Slot* slot = nullptr;
    bool others = false;
    {
      std::unique_lock lock(mutex_);
      slot = &slots_[filling_];
      const std::uint32_t number = slot->number.load(std::memory_order_relaxed);
      const bool first = slot->entered++ == 0;
      enter(slot->group);
      if (!first) {
        const bool all = slot->entered == awaited_;
        if (all) gathered_.fetch_add(1, std::memory_order_release);
        lock.unlock();
        if (all) {
          // Everybody waits for the leader now, who waits for the disk.
          wake(gathered_, 1);
          finish(Pressure::none);
        }
        wait_while(slot->number, number);
        return;
      }
      if (leading_) {
        // The first of the group that fills while another is processed: it leads next.
        const std::uint32_t turn = turn_.load(std::memory_order_relaxed);
        lock.unlock();
        wait_while(turn_, turn);
        lock.lock();
      }
      leading_ = true;
      gather(lock, *slot);
      filling_ ^= 1;
      others = slot->entered > 1;
    }
    const auto begun = Clock::now();
    process(slot->group);
    bool next = false;
    {
      const std::lock_guard lock(mutex_);
      ended_ = Clock::now();
      took_ = ended_ - begun;
      expected_ = slot->entered + slots_[filling_].entered;
      slot->group.clear();
      slot->entered = 0;
      slot->number.fetch_add(1, std::memory_order_release);
      next = leading_ = slots_[filling_].entered > 0;
      if (next) turn_.fetch_add(1, std::memory_order_release);
    }
    if (next) wake(turn_, 1);
    if (others) wake(slot->number, std::numeric_limits<int>::max());
    finish(others ? Pressure::others_run : Pressure::none);
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Two are enough: one fills while the other is processed.
  struct Slot {
    Group group;
    std::size_t entered = 0;
    std::atomic<std::uint32_t> number = 0;  // counts how often it was processed
  };

  // After a wait in vain, so many groups are processed without one.
  static constexpr int kWithoutWaiting = 16;

  // Those who were just answered often come back at once, all together. To process the few that are
  // there already would let the many wait twice; so they are waited for, half as long as processing
  // takes, for as long as they do come. A lone caller never waits.
  void gather(std::unique_lock<std::mutex>& lock, Slot& slot) {
    if (slot.entered >= expected_) return;
    const auto patience = std::min(took_ / 2, ended_ + took_ - Clock::now());
    if (patience <= Clock::duration::zero()) return;
    if (without_waiting_ > 0) {
      --without_waiting_;
      return;
    }
    awaited_ = expected_;
    const std::uint32_t gathered = gathered_.load(std::memory_order_relaxed);
    lock.unlock();
    wait_while(gathered_, gathered, patience);
    lock.lock();
    awaited_ = 0;
    if (2 * slot.entered <= expected_) without_waiting_ = kWithoutWaiting;
  }

  std::mutex mutex_;
  bool leading_ = false;
  std::size_t filling_ = 0;
  std::array<Slot, 2> slots_;
  std::atomic<std::uint32_t> turn_ = 0;  // changes when the next group may be processed

  // Of the last group that was processed: when it ended, how long it took, and how many callers
  // there were then, answered or waiting.
  Clock::time_point ended_;
  Clock::duration took_{};
  std::size_t expected_ = 0;

  std::size_t awaited_ = 0;  // so many that the leader is woken; 0: it is not waiting
  std::atomic<std::uint32_t> gathered_ = 0;  // changes when they are there
  int without_waiting_ = 0;
};

}  // namespace migledger::ledger
