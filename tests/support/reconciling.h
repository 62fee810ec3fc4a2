// Comparing the ledger of a rehearsal with its tenancy, and what came of it in words.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/rehearsal.h"
#include "workflow/reconcile/reconcile.h"

namespace migledger::testing {

workflow::Books books_of(Rehearsal& rehearsal, const workflow::Plan& plan = {},
                         bool running = false);

workflow::Reconciled reconcile(Rehearsal& rehearsal, const workflow::Plan& plan = {},
                               bool running = false);

// A line a finding, for INFO.
std::string words(const workflow::Finding& finding);
std::string words(const workflow::Reconciled& result);

std::vector<workflow::Finding> with(const workflow::Reconciled& result,
                                    workflow::Finding::Verdict verdict);
std::set<std::string> ids(const std::vector<workflow::Finding>& findings);

void check_all_known(const workflow::Reconciled& result);

// The simulated tenancy with some readings refused or unanswered.
class Half : public workflow::Cloud, public workflow::Clock {
 public:
  Half(Rehearsal& rehearsal, std::string path, workflow::Reply reply)
      : sim_(rehearsal.tenancy(), {.speed = 0, .parallel = 256}),
        path_(std::move(path)),
        reply_(std::move(reply)) {}

  Time now() override { return sim_.now(); }
  Duration elapsed() override { return sim_.elapsed(); }
  workflow::CloudIdentity identity() const override { return sim_.identity(); }
  std::size_t capacity() const override { return sim_.capacity(); }
  void start(workflow::CallId call, workflow::Request request) override {
    ++calls;
    if (request.path.find(path_) != std::string::npos) struck_.push_back(call);
    sim_.start(call, std::move(request));
  }
  std::optional<workflow::Completion> next(Time deadline) override {
    auto completion = sim_.next(deadline);
    if (completion && std::count(struck_.begin(), struck_.end(), completion->call) != 0)
      completion->reply = reply_;
    return completion;
  }
  void interrupt() override {}
  std::string quiesce(Duration) override { return {}; }
  unsigned calls = 0;
  void abandon() override { sim_.abandon(); }

 private:
  adapters::sim::SimCloud sim_;
  std::string path_;
  workflow::Reply reply_;
  std::vector<workflow::CallId> struck_;
};

workflow::Reply refusal(int status, const std::string& code);

// What reconcile() finds when all calls whose path holds that are answered so.
workflow::Reconciled reconcile_with(Rehearsal& rehearsal, const std::string& path,
                                    workflow::Reply reply);

}  // namespace migledger::testing
