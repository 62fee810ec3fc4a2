// The JSON Schema (draft 2020-12) of the configuration, as it ships: plan.schema.json.
#pragma once

#include <string_view>

namespace migledger::adapters {

extern const std::string_view kPlanSchema;

}  // namespace migledger::adapters
