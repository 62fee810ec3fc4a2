// The part of `verify` that is about an exported log.
#pragma once

#include <ostream>

#include "cli/keep/verify.h"

namespace migledger::cli {

// Looks at command.tlog. Returns and throws as run_verify.
int verify_tlog(const VerifyCommand& command, std::ostream& out);

}  // namespace migledger::cli
