// The simulated tenancy behind a proxy that answers chosen calls itself.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/sim/sim_cloud.h"
#include "adapters/sim/tenancy.h"
#include "tests/support/scripted_cloud.h"

namespace migledger::testing {

// Of the calls of that method whose path holds that text, `times` from the `call`-th on.
struct AnswerRule {
  std::string method;
  std::string path;
  workflow::Reply reply;
  unsigned call = 1;
  unsigned times = 1;
  bool after = false;  // the tenancy does what is asked all the same
  unsigned seen = 0;
};

inline workflow::Reply error_reply(int status, const std::string& code,
                                   const std::string& message = "said by the test") {
  return json_reply(R"({"code":")" + code + R"(","message":")" + message + R"("})", status);
}

class AnsweringCloud : public workflow::Cloud, public workflow::Clock {
 public:
  AnsweringCloud(adapters::sim::Tenancy& tenancy, std::vector<AnswerRule> rules)
      : sim_(tenancy, {.speed = 0, .parallel = 256}), rules_(std::move(rules)) {}

  unsigned answered = 0;  // by a rule

  Time now() override { return sim_.now(); }
  Duration elapsed() override { return sim_.elapsed(); }
  workflow::CloudIdentity identity() const override { return sim_.identity(); }
  std::size_t capacity() const override { return sim_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    for (auto& rule : rules_) {
      if (rule.method != request.method || request.path.find(rule.path) == std::string::npos)
        continue;
      ++rule.seen;
      if (rule.seen < rule.call || rule.seen >= rule.call + rule.times) continue;
      ++answered;
      replies_[call] = rule.reply;
      if (!rule.after) {
        // Something harmless takes the time of the call.
        request.method = "GET";
        request.body.clear();
        request.retry_token.clear();
      }
      break;
    }
    sim_.start(call, std::move(request));
  }
  std::optional<workflow::Completion> next(Time deadline) override {
    auto completion = sim_.next(deadline);
    if (!completion) return completion;
    if (const auto found = replies_.find(completion->call); found != replies_.end()) {
      completion->reply = found->second;
      replies_.erase(found);
    }
    return completion;
  }
  void interrupt() override { sim_.interrupt(); }
  std::string quiesce(Duration) override { return {}; }
  void abandon() override { sim_.abandon(); }

 private:
  adapters::sim::SimCloud sim_;
  std::vector<AnswerRule> rules_;
  std::unordered_map<workflow::CallId, workflow::Reply> replies_;
};

}  // namespace migledger::testing
