// GroupCommit: combines what is submitted at the same time into one piece of work. A lone caller
// does its work inline, without a hand-over; when several meet, the first does it for all.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

namespace migledger::ledger {

template <typename Request>
class GroupCommit {
 public:
  // Processes `request`, alone or together with others, by calling process(std::span<Request*>) on
  // this or another submitting thread; returns when it has been processed. Never two calls of
  // process at once; requests in order of arrival. `process` must not throw: what went wrong with a
  // request belongs into the request.
  template <typename Process>
  void submit(Request& request, Process&& process) {
    Waiter mine{&request};
    {
      const std::lock_guard lock(mutex_);
      if (leading_) {
        queue_.push_back(&mine);
      } else {
        leading_ = true;
        mine.state.store(kLeads, std::memory_order_relaxed);
      }
    }
    mine.state.wait(kWaits, std::memory_order_acquire);
    if (mine.state.load(std::memory_order_acquire) == kDone) return;

    std::vector<Waiter*> group = {&mine};
    {
      const std::lock_guard lock(mutex_);
      group.insert(group.end(), queue_.begin(), queue_.end());
      queue_.clear();
    }
    std::vector<Request*> requests;
    requests.reserve(group.size());
    for (const Waiter* waiter : group) requests.push_back(waiter->request);
    process(std::span<Request*>(requests));
    hand_over();
    for (Waiter* waiter : group)
      if (waiter != &mine) wake(*waiter, kDone);
  }

 private:
  static constexpr int kWaits = 0, kLeads = 1, kDone = 2;

  struct Waiter {
    Request* request;
    std::atomic<int> state = kWaits;
  };

  // The waiter may be gone as soon as the state is stored; waking uses its address only.
  static void wake(Waiter& waiter, int state) {
    std::atomic<int>* address = &waiter.state;
    address->store(state, std::memory_order_release);
    address->notify_one();
  }

  void hand_over() {
    Waiter* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) {
        leading_ = false;
      } else {
        next = queue_.front();
        queue_.pop_front();
      }
    }
    if (next != nullptr) wake(*next, kLeads);
  }

  std::mutex mutex_;
  bool leading_ = false;
  std::deque<Waiter*> queue_;
};

}  // namespace migledger::ledger
