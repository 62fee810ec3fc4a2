#include "cli/sealed_plan.h"

#include <stdexcept>

#include "adapters/secret_key.h"
#include "cli/usage_error.h"

namespace migledger::cli {

void seal_for_this_machine(workflow::Plan& plan) {
  if (plan.secrets.empty()) return;
  try {
    seal(plan, adapters::secret_key(adapters::secret_key_file()));
  } catch (const std::runtime_error& e) {
    throw UsageError(std::string("the key for the secrets of the plan: ") + e.what());
  }
}

}  // namespace migledger::cli
