#include "workflow/decide/plan_guard.h"

#include <algorithm>

#include "workflow/model/bulk.h"

namespace migledger::workflow {

namespace {

// Leaves no trace in the cloud, and can be made again.
bool only_looks(const Step& step) {
  return step.kind == StepKind::check ||
         (step.kind == StepKind::bulk && step.walk->goal != WalkGoal::copy);
}

bool begun(const Workflow& workflow, const MigrationState& state, StepIndex step) {
  if (only_looks(workflow.steps[step]) && workflow.steps[step].name != "check-source") return false;
  if (state.is_done(step) || state.bulk.walks(step)) return true;
  const auto& attempt = state.attempt;
  if (attempt.step != step) return false;
  const bool made_nothing = attempt.phase == ledger::Phase::failed && !attempt.doubt;
  return attempt.phase != ledger::Phase::none && attempt.phase != ledger::Phase::dead &&
         !made_nothing;
}

}  // namespace

PlanChange judge_change(const Workflow& workflow, const MigrationState& state,
                        const PlannedMigration& planned, const Secrets& secrets) {
  PlanChange change;
  const PlannedMigration recorded{state.name, state.depends_on, state.plan};
  const auto differing = [&](bool lenient) {
    return diff_plan(recorded, with_recorded_secrets(planned, state.plan, secrets, lenient));
  };
  const auto certain = differing(true);
  const auto is_certain = [&](const FieldChange& field) {
    return std::any_of(certain.begin(), certain.end(),
                       [&](const FieldChange& other) { return other.field == field.field; });
  };
  bool checks_again = false;
  for (const auto& field : differing(false)) {
    if (field.affects.empty()) {
      change.fields.push_back(field);
      continue;
    }
    StepIndex step = workflow.index_of(field.affects);
    bool refused = step == ledger::kNoStep;
    for (; step < workflow.steps.size(); ++step) refused = refused || begun(workflow, state, step);
    if (refused && !is_certain(field)) continue;
    checks_again = true;
    change.fields.push_back(field);
    if (refused) change.refused.push_back(field);
  }
  if (checks_again) {
    for (StepIndex i = 0; i < workflow.steps.size(); ++i)
      if (only_looks(workflow.steps[i]) && (state.is_done(i) || state.bulk.walks(i)))
        change.recheck.push_back(i);
  }
  return change;
}

}  // namespace migledger::workflow
