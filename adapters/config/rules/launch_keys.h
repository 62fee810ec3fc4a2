// The keys of "launch_options": OCI's own names, passed on to the launch.
#pragma once

#include "adapters/config/rules/rules.h"

namespace migledger::adapters {

extern const ValueRule kLaunchOptions;

}  // namespace migledger::adapters
