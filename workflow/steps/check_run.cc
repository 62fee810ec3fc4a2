#include "workflow/steps/check_run.h"

namespace migledger::workflow {

std::vector<Checked> make_checks(const Workflow& workflow, const PlannedMigration& migration,
                                 std::string_view ledger_id, bool in_bulk,
                                 const std::function<Answer(Request)>& read) {
  MigrationState state;
  state.name = migration.name;
  state.plan = migration.fields;
  auto names = std::make_shared<std::vector<std::string>>();
  for (const Step& step : workflow.steps) names->emplace_back(step.name);
  state.steps = std::move(names);
  std::vector<Checked> checked;
  for (const Step& step : workflow.steps) {
    if (step.kind != StepKind::check) break;
    const auto index = static_cast<StepIndex>(&step - workflow.steps.data());
    View view{state, ledger_id, index, 1};
    view.in_bulk = in_bulk;
    if (step.may_skip || (step.applies && !step.applies(view))) continue;
    std::vector<Answer> answers;
    while (auto request = step.ask(view, answers)) answers.push_back(read(std::move(*request)));
    checked.push_back({&step, step.read(view, answers)});
    const Verdict& verdict = checked.back().verdict;
    if (verdict.kind != Verdict::Kind::ok) break;
    verdict.facts.for_each([&](auto name, auto value) { state.facts.set(name, value); });
  }
  return checked;
}

}  // namespace migledger::workflow
