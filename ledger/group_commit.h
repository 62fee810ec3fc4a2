// GroupCommit: combines what is submitted at the same time into one piece of work. A lone caller
// does its work inline, without a hand-over; when several meet, the first does it for all.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <vector>

#include "ledger/futex.h"

namespace migledger::ledger {

template <typename Request>
class GroupCommit {
 public:
  // Processes `request`, alone or together with others, by calling process(std::span<Request*>) on
  // this or another submitting thread; returns when it has been processed. Never two such calls at
  // once; requests in order of arrival. Then calls finish() on the same thread, for what nobody
  // need wait for: those whose requests were processed have been woken, and the next group may be
  // under way, or finishing, too. Neither may throw: what went wrong with a request belongs into
  // the request.
  template <typename Process, typename Finish>
  void submit(Request& request, Process&& process, Finish&& finish) {
    Group* group = nullptr;
    bool others = false;
    {
      std::unique_lock lock(mutex_);
      group = &groups_[filling_];
      const std::uint32_t number = group->number.load(std::memory_order_relaxed);
      group->requests.push_back(&request);
      if (group->requests.size() > 1) {
        lock.unlock();
        wait_while(group->number, number);
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
      others = group->requests.size() > 1;
    }
    process(std::span<Request*>(group->requests));
    {
      const std::lock_guard lock(mutex_);
      group->requests.clear();
      group->number.fetch_add(1, std::memory_order_release);
    }
    if (others) wake(group->number, std::numeric_limits<int>::max());
    bool next = false;
    {
      const std::lock_guard lock(mutex_);
      next = leading_ = !groups_[filling_].requests.empty();
      if (next) turn_.fetch_add(1, std::memory_order_release);
    }
    if (next) wake(turn_, 1);
    finish();
  }

 private:
  // Two are enough: one fills while the other is processed.
  struct Group {
    std::vector<Request*> requests;
    std::atomic<std::uint32_t> number = 0;  // counts how often it was processed
  };

  std::mutex mutex_;
  bool leading_ = false;
  int filling_ = 0;
  std::array<Group, 2> groups_;
  std::atomic<std::uint32_t> turn_ = 0;  // changes when the next group may be processed
};

}  // namespace migledger::ledger
