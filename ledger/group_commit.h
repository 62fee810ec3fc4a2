// GroupCommit: combines what is submitted at the same time into one piece of work. A lone caller
// does its work inline, without a hand-over; when several meet, the first does it for all.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>

#include "ledger/futex.h"

namespace migledger::ledger {

// A Group is what its members make it: default-constructible, with clear().
template <typename Group>
class GroupCommit {
 public:
  // Calls enter(Group&) at once, to add to the group that is filling: one caller at a time, in the
  // order of the groups, while the group before may be under way. Then process(Group&) is called on
  // this or another submitting thread, for all that entered, in order of arrival and never two at
  // once; returns when that is done. Then calls finish() on the same thread, for what nobody need
  // wait for: the others of the group have been woken, and the next group may be under way, or
  // finishing, too. None may throw: what went wrong belongs into the group.
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
        lock.unlock();
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
      filling_ ^= 1;
      others = slot->entered > 1;
    }
    process(slot->group);
    bool next = false;
    {
      const std::lock_guard lock(mutex_);
      slot->group.clear();
      slot->entered = 0;
      slot->number.fetch_add(1, std::memory_order_release);
      next = leading_ = slots_[filling_].entered > 0;
      if (next) turn_.fetch_add(1, std::memory_order_release);
    }
    // The next group first: it has a disk to wait for.
    if (next) wake(turn_, 1);
    if (others) wake(slot->number, std::numeric_limits<int>::max());
    finish();
  }

 private:
  // Two are enough: one fills while the other is processed.
  struct Slot {
    Group group;
    std::size_t entered = 0;
    std::atomic<std::uint32_t> number = 0;  // counts how often it was processed
  };

  std::mutex mutex_;
  bool leading_ = false;
  std::size_t filling_ = 0;
  std::array<Slot, 2> slots_;
  std::atomic<std::uint32_t> turn_ = 0;  // changes when the next group may be processed
};

}  // namespace migledger::ledger
