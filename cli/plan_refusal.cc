#include "cli/plan_refusal.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/printable.h"
#include "workflow/plan_guard.h"

namespace migledger::cli {

namespace {

std::string value(const std::string& text) {
  return text.empty() ? std::string("(not there)") : printable(text, 120);
}

}  // namespace

std::string refuse_changed_plan(const ledger::EventStore& store, const workflow::Workflow& workflow,
                                const workflow::Plan& plan, bool accept) {
  std::string out;
  bool impossible = false;
  for (const auto& planned : plan.migrations) {
    const auto stream = store.find_stream(planned.name);
    if (!stream) continue;
    ledger::MigrationState state;
    for (const auto cursor = store.scan_stream(*stream); cursor->next();)
      state.apply(cursor->event());
    if (state.status == ledger::Status::done) continue;
    const auto change = workflow::judge_change(workflow, state, planned);
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
