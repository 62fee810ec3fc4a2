#include "cli/session/plan_refusal.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"
#include "ledger/fold/recorded_state.h"
#include "workflow/decide/plan_diff.h"
#include "workflow/decide/plan_guard.h"
#include "workflow/decide/transitions.h"

namespace migledger::cli {

namespace {

using workflow::PlannedMigration;

constexpr std::size_t kMostTold = 5;

std::string value(const std::string& text) {
  return text.empty() ? std::string("(not there)") : printable(text, 120);
}

// Over, so that a run does nothing more for it. What has failed may be retried with another plan.
bool is_settled(const ledger::MigrationState& state) {
  return state.is_over() && state.status != ledger::Status::failed;
}

std::string words_of(const ledger::MigrationState& state, const PlannedMigration& planned,
                     const std::vector<workflow::FieldChange>& fields) {
  std::string changes;
  for (const auto& field : fields)
    changes += fmt::format("{}{} ({} in the ledger, {} in the file)", changes.empty() ? "" : ", ",
                           field.field, value(field.before), value(field.now));
  return fmt::format("{} is {}; what the file now says otherwise changes nothing: {}",
                     printable(planned.name, 63), name_of(workflow::stage_of(state)), changes);
}

// The changes that stand in the way, item by item.
class Refusal {
 public:
  explicit Refusal(bool accept) : accept_(accept) {}

  void add(const PlannedMigration& planned, const workflow::PlanChange& change) {
    for (const auto& field : accept_ ? change.refused : change.fields) {
      const bool refused =
          std::any_of(change.refused.begin(), change.refused.end(),
                      [&](const auto& other) { return other.field == field.field; });
      impossible_ = impossible_ || refused;
      items_ += fmt::format("  {}: {}\n    in the ledger: {}\n    in the file:   {}\n",
                            planned.name, field.field, value(field.before), value(field.now));
      if (refused)
        items_ += fmt::format("    cannot change any more: {} or a later step has been begun\n",
                              field.affects);
    }
  }

  std::string text() const {
    if (items_.empty()) return {};
    return "migledger: the plan differs from what the ledger has recorded:\n" + items_ +
           (impossible_
                ? "Restore those values. To start anew instead, leaving what was made so far: give "
                  "the migration\nanother name, and delete the object migledger/claims/OCID of its "
                  "source from the staging bucket.\n"
                : "Restore the file, or record the change with --accept-plan-change.\n");
  }

 private:
  const bool accept_;
  bool impossible_ = false;
  std::string items_;
};

}  // namespace

PlanChecked check_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                       const workflow::Plan& plan, bool accept) {
  PlanChecked checked;
  Refusal refusal(accept);
  std::size_t more = 0;
  for (const auto& planned : plan.migrations) {
    const auto state = ledger::recorded_state(store, planned.name);
    if (!state) continue;
    if (state->workflow != workflow.name)
      throw UsageError(fmt::format(
          "this ledger has a migration \"{}\" of workflow {}, and the file has one of that name of "
          "workflow {}: choose another name, or another ledger",
          printable(planned.name, 63), printable(state->workflow, 63), workflow.name));
    if (!is_settled(*state)) {
      refusal.add(planned, workflow::judge_change(workflow, *state, planned, plan.secrets));
      continue;
    }
    const auto fields = diff_plan({state->name, state->depends_on, state->plan},
                                  with_recorded_secrets(planned, state->plan, plan.secrets, true));
    if (fields.empty()) continue;
    if (checked.without_effect.size() < kMostTold)
      checked.without_effect.push_back(words_of(*state, planned, fields));
    else
      ++more;
  }
  if (more > 0)
    checked.without_effect.push_back(fmt::format("and so it is with {} more that are over", more));
  checked.refusal = refusal.text();
  return checked;
}

}  // namespace migledger::cli
