#include "adapters/config/rules/workflow_form.h"

#include "adapters/config/rules/storage_form.h"
#include "adapters/config/rules/volume_form.h"

namespace migledger::adapters {

const WorkflowForm* form_of(std::string_view workflow) {
  static const WorkflowForm kForms[] = {
      {"compute", configuration_keys()},
      {"volume-replication", volume_keys(), check_volume, volume_fields},
      {"storage-replication", storage_keys(), nullptr, storage_fields},
  };
  for (const WorkflowForm& form : kForms)
    if (form.workflow == workflow) return &form;
  return nullptr;
}

}  // namespace migledger::adapters
