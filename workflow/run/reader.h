// Reader: reads the cloud for many at once. Requests that are alike share one call: one that still
// waits, and one that has left, or a list that has lately come, when whoever asks may do with an
// answer that old. Pages of a list are followed to the last.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "workflow/cloud/cloud.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

class Reader {
 public:
  using Done = std::function<void(const Answer&)>;

  // Call ids are drawn from `next_call`, shared with whoever else uses the cloud.
  Reader(Cloud& cloud, CallId& next_call) : cloud_(cloud), next_call_(next_call) {}

  // How long a list is kept for those who ask a little later.
  static constexpr Duration kKept = std::chrono::seconds(10);

  // Of a list: all its pages; or the one that is asked for, whose reply is handed on unread.
  enum class Extent { all, page };

  // Reads, not before `due`; what joins a request that still waits, waits as long as that. What a
  // call answers that was started at `since` or later will do, so `done` is called from complete(),
  // or at once.
  void read(Request request, Done done, Time since = Time::max(), Time due = Time::min(),
            Extent extent = Extent::all);

  // Starts as many of the calls that are due at `now` as the cloud takes.
  void pump(Time now);

  // When the next call that is held back will be due; Time::max(): there is none.
  Time next_due() const { return held_.empty() ? Time::max() : held_.begin()->first; }

  // Takes a completion; false when the call is not one of this reader's.
  bool complete(CallId call, Reply reply);

  bool idle() const { return held_.empty() && waiting_.empty() && under_way_.empty(); }
  // Forgets everything; completions of what is under way are taken and dropped.
  void drop();

  std::uint64_t calls() const { return calls_; }

 private:
  struct Read {
    Request request;  // of the next page
    std::string key;
    std::vector<std::string> pages;
    std::vector<Done> done;
    Time started{};  // its first page
    Extent extent = Extent::all;
  };
  struct Kept {
    Answer answer;
    Time started{};
  };
  void finish(Read& read, Reply reply);
  void leave(const std::shared_ptr<Read>& read, Time now);

  Cloud& cloud_;
  CallId& next_call_;
  std::uint64_t calls_ = 0;
  std::multimap<Time, std::shared_ptr<Read>> held_;  // by when they are due
  std::deque<std::shared_ptr<Read>> waiting_;
  std::unordered_map<std::string, std::shared_ptr<Read>> joinable_;  // not started yet, by key
  std::unordered_map<std::string, std::shared_ptr<Read>> started_;   // the last one, by key
  std::unordered_map<std::string, Kept> kept_;                       // by key
  std::unordered_map<CallId, std::shared_ptr<Read>> under_way_;      // null: dropped
};

}  // namespace migledger::workflow
