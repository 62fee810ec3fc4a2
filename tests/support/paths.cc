#include "tests/support/paths.h"

namespace migledger::testing {

std::string source_path(const std::string& path) {
  return path.empty() ? MIGLEDGER_SOURCE_DIR : MIGLEDGER_SOURCE_DIR "/" + path;
}

std::string migledger_program() { return MIGLEDGER_PROGRAM; }

std::string failing_disk_library() { return MIGLEDGER_FAILING_DISK; }

std::string refused_threads_library() { return MIGLEDGER_REFUSED_THREADS; }

}  // namespace migledger::testing
