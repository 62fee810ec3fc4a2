#include "workflow/workflows.h"

#include "workflow/compute/compute_workflow.h"
#include "workflow/storage/storage_workflow.h"
#include "workflow/volume/volume_workflow.h"

namespace migledger::workflow {

std::span<const Workflow* const> all_workflows() {
  static const Workflow* const workflows[] = {&compute_workflow(), &storage_workflow(),
                                              &volume_workflow()};
  return workflows;
}

const Workflow* workflow_named(std::string_view name) {
  for (const auto* workflow : all_workflows())
    if (workflow->name == name) return workflow;
  return nullptr;
}

}  // namespace migledger::workflow
