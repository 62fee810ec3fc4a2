// SimCloud: a simulated tenancy as the executor's cloud and clock. Single-threaded.
#pragma once

#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "adapters/sim/pace.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/wire.h"
#include "workflow/cloud/cloud.h"

namespace migledger::adapters::sim {

struct SimCloudOptions {
  // Simulated seconds a real second; 0: time jumps to the next thing that happens.
  double speed = 600;
  std::size_t parallel = 64;  // calls under way at once
};

// Time stands still while no SimCloud runs: it goes on from the tenancy's clock, and ~SimCloud()
// saves where it got to. After a crash it goes on at most a second later than it had got.
class SimCloud : public workflow::Cloud, public workflow::Clock {
 public:
  // `tenancy` must outlive this.
  SimCloud(Tenancy& tenancy, SimCloudOptions options, std::unique_ptr<Pace> pace = real_pace());
  ~SimCloud() override;

  Time now() override;
  Duration elapsed() override { return now().time_since_epoch(); }

  workflow::CloudIdentity identity() const override;
  std::size_t capacity() const override;
  void start(workflow::CallId call, workflow::Request request) override;
  std::optional<workflow::Completion> next(Time deadline) override;
  void interrupt() override;
  // Nothing of a simulated tenancy outlives its process: always empty.
  std::string quiesce(Duration patience) override;
  // Of the requests that have not arrived, some arrive all the same, as with killed processes.
  void abandon() override;

 private:
  struct Call {
    workflow::Request request;
    workflow::Reply reply;
  };
  struct Event {
    Time at{};
    std::uint64_t order = 0;  // events at the same time happen as they were scheduled
    workflow::CallId call = 0;
    bool arrives = false;  // at the tenancy; otherwise the reply is back
    friend bool operator>(const Event& a, const Event& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  void schedule(Time at, workflow::CallId call, bool arrives);
  // Makes the first event happen; the completion, if that is what it is.
  std::optional<workflow::Completion> happen();
  void reach(Time t);

  Tenancy& tenancy_;
  const SimCloudOptions options_;
  Wire wire_;
  const std::unique_ptr<Pace> pace_;
  Time now_;
  Time kept_;  // what the tenancy's saved clock reads
  const Time begun_at_;
  const Duration begun_real_;
  std::uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::unordered_map<workflow::CallId, Call> calls_;
};

}  // namespace migledger::adapters::sim
