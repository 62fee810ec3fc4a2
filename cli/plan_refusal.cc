#include "cli/plan_refusal.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/printable.h"
#include "workflow/plan_diff.h"
#include "workflow/plan_guard.h"
#include "workflow/transitions.h"

namespace migledger::cli {

namespace {

constexpr std::size_t kMostTold = 5;

std::string value(const std::string& text) {
  return text.empty() ? std::string("(not there)") : printable(text, 120);
}

std::optional<ledger::MigrationState> recorded(const ledger::EventStore& store,
                                               const std::string& name) {
  const auto stream = store.find_stream(name);
  if (!stream) return std::nullopt;
  ledger::MigrationState state;
  for (const auto cursor = store.scan_stream(*stream); cursor->next();)
    state.apply(cursor->event());
  return state;
}

// Over, so that a run does nothing more for it. What has failed may be retried with another plan.
bool is_settled(const ledger::MigrationState& state) {
  return state.is_over() && state.status != ledger::Status::failed;
}

}  // namespace

std::vector<std::string> changed_after_end(const ledger::EventStore& store,
                                           const workflow::Plan& plan) {
  std::vector<std::string> sentences;
  std::size_t more = 0;
  for (const auto& planned : plan.migrations) {
    const auto state = recorded(store, planned.name);
    if (!state || !is_settled(*state)) continue;
    const auto fields = diff_plan({state->name, state->depends_on, state->plan}, planned);
    if (fields.empty()) continue;
    if (sentences.size() == kMostTold) {
      ++more;
      continue;
    }
    std::string changes;
    for (const auto& field : fields)
      changes += fmt::format("{}{} ({} in the ledger, {} in the file)", changes.empty() ? "" : ", ",
                             field.field, value(field.before), value(field.now));
    sentences.push_back(
        fmt::format("{} is {}; what the file now says otherwise changes nothing: {}",
                    printable(planned.name, 63), name_of(workflow::stage_of(*state)), changes));
  }
  if (more > 0) sentences.push_back(fmt::format("and so it is with {} more that are over", more));
  return sentences;
}

std::string refuse_changed_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                                const workflow::Plan& plan, bool accept) {
  std::string out;
  bool impossible = false;
  for (const auto& planned : plan.migrations) {
    const auto state = recorded(store, planned.name);
    if (!state || is_settled(*state)) continue;
    const auto change = workflow::judge_change(workflow, *state, planned);
    const auto& shown = accept ? change.refused : change.fields;
    for (const auto& field : shown) {
      const bool refused =
          std::any_of(change.refused.begin(), change.refused.end(),
                      [&](const auto& other) { return other.field == field.field; });
      impossible = impossible || refused;
      out += fmt::format("  {}: {}\n    in the ledger: {}\n    in the file:   {}\n", planned.name,
                         field.field, value(field.before), value(field.now));
      if (refused)
        out += fmt::format("    cannot change any more: {} or a later step has been begun\n",
                           field.affects);
    }
  }
  if (out.empty()) return {};
  std::string head = "migledger: the plan differs from what the ledger has recorded:\n";
  std::string tail =
      impossible
          ? "Restore those values. To start anew instead, leaving what was made so far: give the "
            "migration\nanother name, and delete the object migledger/claims/OCID of its source "
            "from the staging bucket.\n"
          : "Restore the file, or record the change with --accept-plan-change.\n";
  return head + out + tail;
}

}  // namespace migledger::cli
