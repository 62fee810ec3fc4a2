// Ctrl-C and SIGTERM: once drains and records, twice stops at once.
#pragma once

#include <string_view>

#include "workflow/run/executor.h"

namespace migledger::cli {

// SIGINT and SIGTERM end the process with ExitStatus::interrupted: for before and after the time in
// which there is something to be stopped in order.
void end_on_signal();

// From now on a write that the system refuses, because nobody reads (SIGPIPE) or the file would be
// too large (SIGXFSZ), fails and does not end the process.
void outlive_refused_writes();

// That nobody reads what is written any more ends the process quietly, with ExitStatus::done: for
// commands that do nothing but tell.
void end_when_unread();

// What a first signal does, and a second one would: for people, on one line.
constexpr std::string_view kStopping =
    "waiting for the calls under way, to record them; once more stops at once (that is safe, too)";

// While it lives, SIGINT and SIGTERM call executor.stop(), on any thread. One at a time. Once it is
// gone none is still doing so, and they do as end_on_signal() says. The first one also writes
// kStopping to the standard error, unless whoever draws on the same terminal does so.
class StopOnSignal {
 public:
  enum class Words { written, left_to_view };

  StopOnSignal(workflow::Executor& executor, Words words);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  // Whether one lives and a signal has come.
  static bool stopping();
};

}  // namespace migledger::cli
