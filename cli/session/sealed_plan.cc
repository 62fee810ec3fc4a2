#include "cli/session/sealed_plan.h"

#include <stdexcept>

#include "adapters/secret_key.h"
#include "cli/base/usage_error.h"

namespace migledger::cli {

void seal_for_this_machine(workflow::Plan& plan, MissingKey missing) {
  if (plan.secrets.empty()) return;
  try {
    const auto file = adapters::secret_key_file();
    seal(plan, missing == MissingKey::made ? adapters::secret_key(file)
                                           : adapters::passing_secret_key(file));
  } catch (const std::runtime_error& e) {
    throw UsageError(std::string("the key for the secrets of the plan: ") + e.what());
  }
}

}  // namespace migledger::cli
