// The simulated tenancy, with a count of the calls: each would be one start of the `oci` program.
#pragma once

#include <map>
#include <string>

#include "adapters/sim/sim_cloud.h"

namespace migledger::bench {

class CountingCloud : public workflow::Cloud, public workflow::Clock {
 public:
  explicit CountingCloud(adapters::sim::SimCloud& cloud) : cloud_(cloud) {}

  std::uint64_t calls() const { return calls_; }

  Time now() override { return cloud_.now(); }
  Duration elapsed() override { return cloud_.elapsed(); }
  workflow::CloudIdentity identity() const override { return cloud_.identity(); }
  std::size_t capacity() const override { return cloud_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    ++calls_;
    cloud_.start(call, std::move(request));
  }
  std::optional<workflow::Completion> next(Time deadline) override { return cloud_.next(deadline); }
  void interrupt() override { cloud_.interrupt(); }
  std::string quiesce(Duration patience) override { return cloud_.quiesce(patience); }
  void abandon() override { cloud_.abandon(); }

 private:
  adapters::sim::SimCloud& cloud_;
  std::uint64_t calls_ = 0;
};

}  // namespace migledger::bench
