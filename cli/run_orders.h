// The orders of a run: the one it was begun for, if any, and those that come while it goes.
#pragma once

#include <optional>

#include "workflow/steering.h"

namespace migledger::cli {

class RunOrders final : public workflow::OrderSource {
 public:
  RunOrders(workflow::OrderSource& later, std::optional<workflow::Order> first)
      : later_(later), first_(std::move(first)) {}

  std::vector<workflow::Order> take() override {
    if (!first_ || given_) return later_.take();
    given_ = true;
    return {*first_};
  }
  void answer(const workflow::Order& order, const workflow::OrderAnswer& answer) override {
    if (first_ && order.id == first_->id) {
      first_answer_ = answer;
    } else {
      later_.answer(order, answer);
    }
  }
  // How the first was answered.
  const std::optional<workflow::OrderAnswer>& first_answer() const { return first_answer_; }

 private:
  workflow::OrderSource& later_;
  std::optional<workflow::Order> first_;
  std::optional<workflow::OrderAnswer> first_answer_;
  bool given_ = false;
};

}  // namespace migledger::cli
