// Orders for tests of steering.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/memory_event_store.h"
#include "workflow/run/steering.h"

namespace migledger::testing {

inline workflow::Order order_of(workflow::Verb verb, std::string migration, std::string step = {}) {
  workflow::Order order;
  order.verb = verb;
  order.migration = std::move(migration);
  order.step = std::move(step);
  order.user = "bob";
  order.host = "elsewhere";
  return order;
}

// Gives an order when the ledger has come to a position.
class AtPosition final : public workflow::OrderSource {
 public:
  AtPosition(const MemoryEventStore& store, ledger::Position position, workflow::Order order)
      : store_(store), position_(position) {
    orders_.push_back(std::move(order));
  }
  void then(workflow::Order order) { orders_.push_back(std::move(order)); }
  std::vector<workflow::Order> take() override {
    if (orders_.empty() || store_.head().position < position_) return {};
    std::vector<workflow::Order> taken{orders_.front()};
    orders_.pop_front();
    return taken;
  }
  void answer(const workflow::Order&, const workflow::OrderAnswer& answer) override {
    answers.push_back(answer);
  }
  std::vector<workflow::OrderAnswer> answers;

 private:
  const MemoryEventStore& store_;
  ledger::Position position_;
  std::deque<workflow::Order> orders_;
};

// Gives an order when it is asked for the so many-th time.
class AfterTurns final : public workflow::OrderSource {
 public:
  AfterTurns(unsigned turns, workflow::Order order) : turns_(turns), order_(std::move(order)) {}
  std::vector<workflow::Order> take() override {
    if (turns_ == 0 || --turns_ > 0) return {};
    if (before) before();
    return {order_};
  }
  void answer(const workflow::Order&, const workflow::OrderAnswer& answer) override {
    answers.push_back(answer);
  }
  std::function<void()> before;
  std::vector<workflow::OrderAnswer> answers;

 private:
  unsigned turns_;
  workflow::Order order_;
};

}  // namespace migledger::testing
