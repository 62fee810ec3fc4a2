// Network: the way from processes to the tenancy and back, their children, and the tenancy's time.
// It outlives processes: what a dead one sent may still arrive.
#pragma once

#include <deque>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "adapters/sim/tenancy.h"
#include "cli/simulation/promises/traffic_watch.h"
#include "cli/simulation/universe/chaos.h"
#include "cli/simulation/universe/trace.h"
#include "workflow/cloud/cloud.h"

namespace migledger::simulation {

using ProcessId = std::uint32_t;

class Network {
 public:
  // All must outlive the network. `watch` is told of every request handled.
  Network(adapters::sim::Tenancy& tenancy, const ChaosPlan& chaos, std::uint64_t seed, Trace& trace,
          TrafficWatch& watch);

  Time now() const { return now_; }
  // From now on nothing goes wrong, but for what is under way.
  void calm() { calm_ = true; }

  // A child of `process` is started with that request. `skew`: how far its clock is off.
  void send(ProcessId process, workflow::CallId call, workflow::Request request, Duration skew);
  std::size_t under_way(ProcessId process) const;
  // A reply that has come for the process, the first one first.
  std::optional<workflow::Completion> take(ProcessId process);
  // The process is gone. Its children may live on and send what they were started for.
  void lose(ProcessId process);
  // Until when children of processes that are gone live, as far as is known; now: none does.
  Time children_until() const { return std::max(now_, children_until_); }

  // Time goes on to the next thing that happens, or to `until` if that is before. False when
  // nothing happened until then.
  bool step(Time until);
  // Time goes on to `until`, and all happens that is due.
  void pass(Time until);

  // A request made by somebody else, handled at once. Not watched.
  workflow::Reply ask(const workflow::Request& request);

  std::uint64_t calls() const { return calls_; }
  // Secrets that the cloud gave out: the tokens of URLs.
  const std::vector<std::string>& secrets() const { return secrets_; }

 private:
  enum class Fate : std::uint8_t {
    normal,
    refused,
    lost_request,
    lost_reply,
    late_request,
    throttled,
    error_before,
    error_after,
    unauthorized,
    refused_for_good,
  };
  struct Flight {
    ProcessId process = 0;
    workflow::CallId call = 0;
    workflow::Request request;
    Fate fate = Fate::normal;
    adapters::sim::Fault fault = adapters::sim::Fault::none;
    Time leaves{};
    unsigned copies = 0;   // still to arrive
    bool arrived = false;  // one has
    bool stray = false;    // the second copy comes when the reply to the first is long there
    bool orphan = false;   // whoever waited for it is gone
    bool never = false;    // the child was ended before it sent
    bool replied = false;
    workflow::Reply reply;
  };
  struct Event {
    Time at{};
    std::uint64_t order = 0;
    std::size_t flight = 0;
    bool arrives = false;
    friend bool operator>(const Event& a, const Event& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  bool strikes(Chaos kind);
  Duration between(Duration from, Duration to) { return dice_.between({from, to}); }
  void schedule(Time at, std::size_t flight, bool arrives);
  void arrive(std::size_t index);
  void happen(const Event& event);
  Flight& at(std::size_t index) { return flights_[index]; }
  workflow::Reply handle(const Flight& flight, bool doubled);
  void draw_fate(Flight& flight);
  // The clock of a region's service, as its replies show it.
  Time clock_of(std::string_view region) const;
  void note_secrets(const workflow::Reply& reply);
  void name_secrets(const workflow::Request& request, workflow::Reply& reply) const;

  adapters::sim::Tenancy& tenancy_;
  const ChaosPlan& chaos_;
  std::uint64_t seed_;
  adapters::sim::Dice dice_;
  Trace& trace_;
  TrafficWatch& watch_;
  Time now_;
  bool calm_ = false;
  Time children_until_{};
  std::uint64_t order_ = 0;
  std::uint64_t calls_ = 0;
  std::deque<Flight> flights_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  struct Inbox {
    ProcessId process = 0;
    std::deque<workflow::Completion> completions;
    std::size_t under_way = 0;
    bool gone = false;
  };
  Inbox& inbox(ProcessId process);
  std::deque<Inbox> inboxes_;  // by process
  std::vector<std::string> secrets_;
};

}  // namespace migledger::simulation
