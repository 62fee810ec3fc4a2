// Who runs this process, and its source of randomness.
#pragma once

#include <string>

#include "workflow/run/executor.h"

namespace migledger::cli {

// User, host, process and version, for the record.
workflow::Actor this_process(const std::string& command_line);

// 32 lower-case hexadecimal digits from the system's generator. Throws std::system_error.
std::string random_hex_digits();

}  // namespace migledger::cli
