// What the benchmarks of the executor have in common.
//
// Memory is counted by the heap: a run is broken off between two of its steps, and what the heap
// gives back when the executor is destroyed was the executor's. The tenancy, its calls under way
// and the ledger outlive it, so theirs is not in it.
#pragma once

#include <malloc.h>

#include "adapters/sim/sim_cloud.h"
#include "tests/bench/measure.h"
#include "workflow/run/executor.h"

namespace migledger::bench {

inline std::size_t heap_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

// The tenancy, and how much processor time it takes: that is not the executor's.
class TimedCloud : public workflow::Cloud, public workflow::Clock {
 public:
  explicit TimedCloud(adapters::sim::SimCloud& cloud) : cloud_(cloud) {}

  double seconds() const { return seconds_; }
  std::uint64_t calls() const { return calls_; }

  Time now() override { return cloud_.now(); }
  Duration elapsed() override { return cloud_.elapsed(); }
  workflow::CloudIdentity identity() const override { return cloud_.identity(); }
  std::size_t capacity() const override { return cloud_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    ++calls_;
    const double from = cpu_seconds();
    cloud_.start(call, std::move(request));
    seconds_ += cpu_seconds() - from;
  }
  std::optional<workflow::Completion> next(Time deadline) override {
    const double from = cpu_seconds();
    auto completion = cloud_.next(deadline);
    seconds_ += cpu_seconds() - from;
    return completion;
  }
  void interrupt() override { cloud_.interrupt(); }
  std::string quiesce(Duration patience) override { return cloud_.quiesce(patience); }
  void abandon() override { cloud_.abandon(); }

 private:
  adapters::sim::SimCloud& cloud_;
  double seconds_ = 0;
  std::uint64_t calls_ = 0;
};

// Breaks a run off once so many events were appended, when the executor is about to wait.
class BreakOff : public workflow::Observer {
 public:
  struct Broken {};
  explicit BreakOff(std::uint64_t events) : left_(events) {}
  void appended(const ledger::MigrationState&, ledger::schema::Event::Reader) override {
    if (left_ > 0) --left_;
  }
  Time waiting(Time) override {
    if (left_ == 0) throw Broken{};
    return Time::max();
  }

 private:
  std::uint64_t left_;
};

}  // namespace migledger::bench
