#include "workflow/executor.h"

#include <fmt/format.h>

#include <algorithm>

#include "workflow/executor_loop.h"

namespace migledger::workflow {

namespace {

constexpr std::size_t kMostTold = 5;  // of those that were not started

}  // namespace

Executor::Executor(ledger::EventStore& store, Cloud& cloud, Clock& clock, const Workflow& workflow,
                   RunOptions options, Observer* observer)
    : loop_(std::make_unique<Loop>(store, cloud, clock, std::move(options), observer, workflow)) {}
Executor::~Executor() = default;

RunResult Executor::run(const Plan& plan) { return loop_->run(plan); }
void Executor::stop() { loop_->stop(); }
void Executor::wake() { loop_->wake(); }
void Executor::for_each(const std::function<void(const MigrationState&)>& visit) const {
  loop_->for_each(visit);
}

int exit_code(const RunResult& result) {
  if (!result.refused.empty()) return 2;
  if (!result.credentials_error.empty() || !result.unreachable.empty()) return 6;
  if (result.interrupted) return 7;
  if (result.failed > 0) return 1;
  if (result.parked > 0 || !result.not_started.empty()) return 3;
  return 0;
}

std::string words(const RunResult& result) {
  if (!result.refused.empty()) return result.refused;
  if (!result.credentials_error.empty()) return result.credentials_error;
  if (!result.unreachable.empty()) return result.unreachable;
  if (result.interrupted) return "interrupted; run again to go on";
  std::string words =
      fmt::format("{} done, {} failed, {} waiting for a person, {} not started", result.done,
                  result.failed, result.parked, result.not_started.size());
  if (result.undone > 0) words += fmt::format(", {} cancelled or rolled back", result.undone);
  const auto told = std::min(result.not_started.size(), kMostTold);
  for (std::size_t i = 0; i < told; ++i)
    words += fmt::format("; {} was not started: {}", result.not_started[i].name,
                         result.not_started[i].why);
  if (told < result.not_started.size())
    words += fmt::format("; and so on, {} more", result.not_started.size() - told);
  return words;
}

}  // namespace migledger::workflow
