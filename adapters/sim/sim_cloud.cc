#include "adapters/sim/sim_cloud.h"

#include <algorithm>
#include <stdexcept>

namespace migledger::adapters::sim {

using workflow::CallId;
using workflow::Completion;

namespace {

// The saved clock runs ahead by this, so that it need not be written for every reading.
constexpr Duration kReserve = std::chrono::seconds(1);
constexpr Duration kLongestWait =
    std::chrono::hours(1);  // real; then the deadline is looked at again

}  // namespace

SimCloud::SimCloud(Tenancy& tenancy, SimCloudOptions options, std::unique_ptr<Pace> pace)
    : tenancy_(tenancy),
      options_(options),
      wire_(tenancy),
      pace_(std::move(pace)),
      now_(tenancy.clock()),
      kept_(tenancy.clock()),
      begun_at_(now_),
      begun_real_(pace_->elapsed()) {
  if (!(options_.speed >= 0)) throw std::invalid_argument("the speed must not be negative");
}

SimCloud::~SimCloud() {
  try {
    tenancy_.keep_clock(now(), true);
  } catch (const StateError&) {
    // The clock goes on from what was reserved.
  }
}

void SimCloud::reach(Time t) {
  now_ = std::max(now_, t);
  if (now_ <= kept_) return;
  kept_ = now_ + kReserve;
  tenancy_.keep_clock(kept_);
}

Time SimCloud::now() {
  if (options_.speed > 0) {
    const double real = double((pace_->elapsed() - begun_real_).count());
    reach(begun_at_ + Duration(static_cast<std::int64_t>(real * options_.speed)));
  }
  return now_;
}

workflow::CloudIdentity SimCloud::identity() const {
  workflow::CloudIdentity who;
  who.kind = "sim";
  who.transport = "sim";
  who.tenancy = tenancy_.tenancy_id();
  who.principal = std::string(kSimulatedUser);
  who.auth_kind = "sim";
  return who;
}

std::size_t SimCloud::capacity() const {
  return options_.parallel > calls_.size() ? options_.parallel - calls_.size() : 0;
}

void SimCloud::schedule(Time at, CallId call, bool arrives) {
  events_.push({at, ++order_, call, arrives});
}

void SimCloud::start(CallId call, workflow::Request request) {
  const auto [it, is_new] = calls_.try_emplace(call);
  if (!is_new) throw std::invalid_argument("a call of this number is under way");
  it->second.request = std::move(request);
  schedule(now() + wire_.request_latency(), call, true);
}

std::optional<Completion> SimCloud::happen() {
  const Event event = events_.top();
  events_.pop();
  reach(event.at);
  const auto it = calls_.find(event.call);
  if (event.arrives) {
    Wire::Passage passage = wire_.arrive(it->second.request, event.at);
    it->second.reply = std::move(passage.reply);
    it->second.request = {};
    schedule(event.at + passage.takes, event.call, false);
    return std::nullopt;
  }
  Completion completion{event.call, std::move(it->second.reply)};
  calls_.erase(it);
  return completion;
}

std::optional<Completion> SimCloud::next(Time deadline) {
  for (;;) {
    if (!pace_->wait(Duration::zero())) return std::nullopt;
    const bool any = !events_.empty() && events_.top().at <= deadline;
    if (options_.speed == 0) {
      if (!any) {
        // Without an event and without an end there is nothing to jump to.
        if (deadline != Time::max()) reach(deadline);
        return std::nullopt;
      }
      if (auto completion = happen()) return completion;
      continue;
    }
    const Time current = now();
    if (any && events_.top().at <= current) {
      if (auto completion = happen()) return completion;
      continue;
    }
    if (current >= deadline) return std::nullopt;
    const Time until = any ? events_.top().at : deadline;
    const double real = double((until - current).count()) / options_.speed;
    if (!pace_->wait(
            std::min(kLongestWait, Duration(static_cast<std::int64_t>(std::min(real, 1e15)) + 1))))
      return std::nullopt;
  }
}

void SimCloud::interrupt() { pace_->interrupt(); }

std::string SimCloud::quiesce(Duration) { return {}; }

void SimCloud::abandon() {
  for (; !events_.empty(); events_.pop()) {
    const Event event = events_.top();
    if (event.arrives && tenancy_.chance(0.5)) wire_.arrive(calls_[event.call].request, now_);
  }
  calls_.clear();
  tenancy_.save();
}

}  // namespace migledger::adapters::sim
