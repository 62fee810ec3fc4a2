// The steps of a workflow as a ledger records them when a migration starts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workflow/model/step.h"

namespace migledger::testing {

inline std::shared_ptr<const std::vector<std::string>> step_names(
    const workflow::Workflow& workflow) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (const auto& step : workflow.steps) names->emplace_back(step.name);
  return names;
}

}  // namespace migledger::testing
