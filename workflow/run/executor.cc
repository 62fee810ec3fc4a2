#include "workflow/run/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "workflow/run/executor_loop.h"

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

namespace {

using Group = std::vector<const NotStarted*>;

// Those that were not started for one reason together, in the order of the first of each.
std::vector<Group> by_reason(const std::vector<NotStarted>& all) {
  std::vector<Group> groups;
  std::map<std::string_view, std::size_t> known;
  for (const auto& one : all) {
    const auto [at, added] = known.emplace(one.why, groups.size());
    if (added) groups.emplace_back();
    groups[at->second].push_back(&one);
  }
  return groups;
}

// "; web-1 was not started: it waits for …", "; a, b, c and 18 more were not started, each: …"
std::string words_of(const Group& group) {
  constexpr std::size_t kMostNamed = 3;
  if (group.size() == 1)
    return fmt::format("; {} was not started: {}", group[0]->name, group[0]->why);
  std::string names;
  for (std::size_t i = 0; i < std::min(group.size(), kMostNamed); ++i)
    names.append(i == 0 ? "" : i + 1 == group.size() ? " and " : ", ").append(group[i]->name);
  if (group.size() > kMostNamed) names += fmt::format(" and {} more", group.size() - kMostNamed);
  return fmt::format("; {} were not started, each: {}", names, group[0]->why);
}

}  // namespace

std::string words(const RunResult& result) {
  if (!result.refused.empty()) return result.refused;
  if (!result.credentials_error.empty()) return result.credentials_error;
  if (!result.unreachable.empty()) return result.unreachable;
  if (result.interrupted) return "interrupted; run again to go on";
  std::string words =
      fmt::format("{} done, {} failed, {} waiting for a person, {} not started", result.done,
                  result.failed, result.parked, result.not_started.size());
  if (result.undone > 0) words += fmt::format(", {} cancelled or rolled back", result.undone);
  std::size_t told = 0, reasons = 0;
  for (const auto& group : by_reason(result.not_started)) {
    if (++reasons > kMostTold) break;
    words += words_of(group);
    told += group.size();
  }
  if (told < result.not_started.size())
    words += fmt::format("; and so on, {} more", result.not_started.size() - told);
  return words;
}

}  // namespace migledger::workflow
