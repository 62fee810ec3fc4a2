// Ctrl-C and SIGTERM: once drains and records, twice stops at once.
#pragma once

#include "workflow/executor.h"

namespace migledger::cli {

// While it lives, SIGINT and SIGTERM call executor.stop(). One at a time.
class StopOnSignal {
 public:
  explicit StopOnSignal(workflow::Executor& executor);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
};

}  // namespace migledger::cli
