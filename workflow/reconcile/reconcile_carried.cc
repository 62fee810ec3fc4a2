#include "workflow/reconcile/reconcile_carried.h"

#include <algorithm>

#include "workflow/reconcile/reconcile_ledger.h"

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;

// The source is dated by the cloud's clock, and the walks by this machine's, which may be off by as
// much as OCI lets pass.
constexpr Duration kClocksDiffer = 5min;

bool is_done(const Book& book, std::string_view name) {
  return book.state.is_done(step_of(book, name));
}

}  // namespace

Carried::Carried(const Book& book, const View& view, const MadeContent& content) {
  const Workflow& workflow = *book.workflow;
  const StepIndex quiet_at = workflow.index_of(content.quiet_at);
  for (StepIndex index = 0; index < workflow.steps.size(); ++index) {
    const Step& step = workflow.steps[index];
    if (!step.walk) continue;
    if (step.walk->goal == WalkGoal::copy && step_.empty()) step_ = step.name;
    const Walked* walk = book.made.walked(step_of(book, step.name));
    if (!walk) continue;
    if (step.walk->goal == WalkGoal::survey) {
      surveyed_ = walk->begun;
      continue;
    }
    latest_ = std::max(latest_, walk->latest);
    if (walk->through == Time{}) {
      if (!all_) partial_ = walk;
      continue;
    }
    all_ = true;
    all_until_ = std::max(all_until_, walk->through - kClocksDiffer);
    if (index > quiet_at) all_until_ = std::max(all_until_, content.quiet_since(view));
    compared_ = compared_ || step.walk->goal == WalkGoal::compare;
    if (walk->progress.ended()) objects_ = walk->progress.totals().objects;
  }
  released_ = is_done(book, content.released_by);
  follows_ = is_done(book, content.follows_from) && !released_;
  if (all_) partial_ = nullptr;
  if (!partial_) return;
  const auto& progress = partial_->progress;
  not_ended_ = progress.open;
  for (const auto& failed : progress.failed) not_ended_.push_back(failed.page);
  std::sort(not_ended_.begin(), not_ended_.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
}

Carried::Cover Carried::cover(std::string_view name) const {
  if (all_) return Cover::copied;
  if (!partial_) return Cover::none;
  if (!partial_->progress.all_begun && name >= partial_->progress.next) return Cover::none;
  const auto after =
      std::upper_bound(not_ended_.begin(), not_ended_.end(), name,
                       [](std::string_view name, const auto& page) { return name < page.start; });
  if (after == not_ended_.begin()) return Cover::copied;
  const auto& page = *std::prev(after);
  return page.end.empty() || name < page.end ? Cover::under_way : Cover::copied;
}

Time Carried::sure_until(std::string_view name) const {
  if (all_) return all_until_;
  return cover(name) == Cover::copied ? partial_->begun - kClocksDiffer : Time::min();
}

}  // namespace migledger::workflow
