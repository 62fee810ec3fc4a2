// Work that can be done in any order, on several threads, whose results are wanted in order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace migledger::ledger {

// Calls make(i, result) for i = 0 … count - 1 on `threads` threads, and take(i, result) once for
// each, in order and never two at once, on whichever thread has just made one. Results are reused,
// and at most about 2 * threads + 2 of them exist; a Result must be default-constructible. Each
// thread calls make_worker() once and works with what it returns: a callable of (std::size_t,
// Result&). Rethrows the first exception, after all threads have ended.
template <typename Result, typename MakeWorker, typename Take>
void make_in_order(std::size_t count, unsigned threads, MakeWorker&& make_worker, Take&& take) {
  std::mutex mutex;
  std::condition_variable room;
  std::map<std::size_t, std::unique_ptr<Result>> made;  // and not yet taken
  std::vector<std::unique_ptr<Result>> spare;
  std::size_t next = 0;   // to be made
  std::size_t taken = 0;  // how many were
  bool taking = false;    // somebody does
  std::exception_ptr error;
  threads = std::max(1u, threads);
  const std::size_t window = 2 * static_cast<std::size_t>(threads) + 2;

  const auto work = [&] {
    std::unique_lock lock(mutex);
    try {
      lock.unlock();
      auto make = make_worker();
      lock.lock();
      while (true) {
        room.wait(lock, [&] { return error || next == count || next < taken + window; });
        if (error || next == count) return;
        const std::size_t mine = next++;
        std::unique_ptr<Result> result;
        if (spare.empty()) {
          result = std::make_unique<Result>();
        } else {
          result = std::move(spare.back());
          spare.pop_back();
        }
        lock.unlock();
        make(mine, *result);
        lock.lock();
        made.emplace(mine, std::move(result));
        if (taking) continue;  // whoever takes will come to it
        taking = true;
        while (!error && !made.empty() && made.begin()->first == taken) {
          auto ready = std::move(made.begin()->second);
          made.erase(made.begin());
          const std::size_t at = taken;
          lock.unlock();
          take(at, *ready);
          lock.lock();
          spare.push_back(std::move(ready));
          ++taken;
          room.notify_all();
        }
        taking = false;
      }
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      if (!error) error = std::current_exception();
      room.notify_all();
    }
  };

  std::vector<std::thread> others;
  try {
    for (unsigned i = 1; i < threads && i < count; ++i) others.emplace_back(work);
  } catch (const std::exception&) {
    // Fewer threads do it, too.
  }
  work();
  for (auto& other : others) other.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace migledger::ledger
