// ScriptedCloud: a cloud that does only what a test says. It keeps the requests that were started;
// the test answers them, in any order.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "workflow/cloud/cloud.h"

namespace migledger::testing {

class ScriptedCloud : public workflow::Cloud {
 public:
  struct Started {
    workflow::CallId call = 0;
    workflow::Request request;
  };

  std::size_t room = 100;        // capacity()
  std::vector<Started> started;  // in order

  workflow::CloudIdentity identity() const override { return {}; }
  std::size_t capacity() const override { return room; }
  void start(workflow::CallId call, workflow::Request request) override {
    --room;
    started.push_back({call, std::move(request)});
  }
  std::optional<workflow::Completion> next(Time) override { return std::nullopt; }
  void interrupt() override {}
  std::string quiesce(Duration) override { return {}; }
  void abandon() override {}
};

inline workflow::Reply json_reply(std::string body, int status = 200) {
  workflow::Reply reply;
  reply.delivery = workflow::Reply::Delivery::replied;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

}  // namespace migledger::testing
