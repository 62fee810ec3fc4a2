#include "workflow/plan_guard.h"

namespace migledger::workflow {

namespace {

bool begun(const Workflow& workflow, const MigrationState& state, StepIndex step) {
  if (workflow.steps[step].kind == StepKind::check && workflow.steps[step].name != "check-source")
    return false;
  if (state.is_done(step)) return true;
  const auto& attempt = state.attempt;
  if (attempt.step != step) return false;
  const bool made_nothing = attempt.phase == ledger::Phase::failed && !attempt.doubt;
  return attempt.phase != ledger::Phase::none && attempt.phase != ledger::Phase::dead &&
         !made_nothing;
}

}  // namespace

PlanChange judge_change(const Workflow& workflow, const MigrationState& state,
                        const PlannedMigration& planned) {
  PlanChange change;
  change.fields = diff_plan({state.name, state.depends_on, state.plan}, planned);
  bool checks_again = false;
  for (const auto& field : change.fields) {
    if (field.affects.empty()) continue;
    checks_again = true;
    StepIndex step = workflow.index_of(field.affects);
    bool refused = step == ledger::kNoStep;
    for (; step < workflow.steps.size(); ++step) refused = refused || begun(workflow, state, step);
    if (refused) change.refused.push_back(field);
  }
  if (checks_again) {
    for (StepIndex i = 0; i < workflow.steps.size(); ++i)
      if (workflow.steps[i].kind == StepKind::check && state.is_done(i))
        change.recheck.push_back(i);
  }
  return change;
}

}  // namespace migledger::workflow
