// The configuration, and what is made of a good one: a plan that can be recorded and provisioned.
// The input: the file; the content of every file that it names; the workflow asked for.
#include <algorithm>

#include "adapters/config/config.h"
#include "adapters/config/old_state_file.h"
#include "adapters/config/text/json_node.h"
#include "adapters/sim/tenancy.h"
#include "tests/fuzz/target.h"
#include "tests/support/step_names.h"
#include "workflow/decide/decide.h"
#include "workflow/workflows.h"

namespace migledger::fuzz {

namespace {

using adapters::Config;

void promise_error(const adapters::ConfigError& error) {
  promise(!error.problems.empty(), "an error names a problem");
  for (const auto& problem : error.problems) {
    promise_printable(problem.text(), "a problem is printable");
    promise(problem.text().find('\n') == std::string::npos, "a problem is one line");
  }
}

// The first thing that the workflow would do with a migration can be told.
void begin(const workflow::Workflow& workflow, const workflow::PlannedMigration& planned) {
  ledger::MigrationState state;
  state.stream = 1;
  state.name = planned.name;
  state.plan = planned.fields;
  state.steps = testing::step_names(workflow);
  state.forward = workflow.forward_count();
  constexpr std::string_view kLedger = "0123456789abcdef0123456789abcdef";
  const auto decision = workflow::decide(workflow, state, {Time{}, 1, kLedger, 0});
  promise_printable(decision.reason, "a reason is printable");
  for (ledger::StepIndex i = 0; i < workflow.steps.size(); ++i) {
    const auto& step = workflow.steps[i];
    const auto view = workflow::view_of(workflow, state, kLedger, i, 1);
    if (step.applies != nullptr && !step.applies(view)) continue;
    promise(view.key().size() <= 64, "a key has at most 64 characters");
    if (step.question != nullptr) (void)step.question(view);
    if (step.fallbacks != nullptr) (void)step.fallbacks(view);
    if (step.ask != nullptr) (void)step.ask(view, {});
  }
}

void use(const Config& config) {
  const auto* workflow = workflow::workflow_named(config.plan.workflow);
  promise(workflow != nullptr, "the plan's workflow is one that there is");
  promise(!config.plan.migrations.empty(), "a good plan has migrations");
  constexpr std::size_t kMost = 5;
  adapters::sim::Tenancy tenancy({}, nullptr);
  for (std::size_t i = 0; i < std::min(config.plan.migrations.size(), kMost); ++i) {
    const auto& planned = config.plan.migrations[i];
    promise(!planned.name.empty() && !workflow::source_of(planned.fields).empty(),
            "a migration has a name and a source");
    promise(workflow::plan_digest(planned).size() == 32, "a plan has a digest");
    config.plan.secrets.for_each([&](std::string_view, std::string_view secret) {
      planned.fields.for_each([&](std::string_view, std::string_view text) {
        promise(secret.size() < 16 || text.find(secret) == std::string_view::npos,
                "no field holds a secret");
      });
    });
    begin(*workflow, planned);
    tenancy.provision(planned);
  }
}

}  // namespace

void fuzz_config(std::string_view bytes) {
  auto parts = parts_of(bytes);
  parts.resize(3);
  const auto read = [&](const std::string&, std::size_t max_bytes) {
    if (parts[1].size() > max_bytes) throw adapters::FileError(false, "it is too large");
    return std::string(parts[1]);
  };
  try {
    const Config config = adapters::parse_config(parts[0], "config.json", read, parts[2]);
    use(config);
  } catch (const adapters::ConfigError& error) {
    promise_error(error);
  }
  try {
    (void)adapters::read_old_state_file("state.json", read);
  } catch (const adapters::ConfigError& error) {
    promise_error(error);
  }
  try {
    const auto node = adapters::parse_json(parts[0]);
    const auto text = adapters::to_json(node);
    promise(adapters::to_json(adapters::parse_json(text)) == text, "JSON written is JSON read");
  } catch (const adapters::JsonSyntaxError& error) {
    promise(error.offset <= parts[0].size(), "a syntax error is within the file");
  }
}

}  // namespace migledger::fuzz
