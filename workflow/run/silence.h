// Notices that asking the cloud has become pointless.
#pragma once

#include <string>

#include "workflow/cloud/request.h"

namespace migledger::workflow {

// Two things end a run, for a person to mend: the transport's program fails each time it is used,
// or no call of the run was ever answered. A cloud that has answered before, and is silent now, is
// waited for instead. Calls that fail together, because many are under way at once, count as one.
class Silence {
 public:
  // A call has ended at `now`.
  void heard(const Reply& reply, Time now);

  // Why the run should end: "the cloud cannot be reached: …". Empty: it should not.
  const std::string& verdict() const { return verdict_; }

 private:
  static constexpr unsigned kMostSilent = 8;
  static constexpr unsigned kMostBroken = 5;
  static constexpr Duration kTogether = std::chrono::seconds(5);

  bool answered_ = false;  // some call of this run was
  unsigned silent_ = 0;    // failures without a reply, in a row
  unsigned broken_ = 0;    // of those, failures of the program, in a row
  Time counted_silent_{};
  Time counted_broken_{};
  std::string verdict_;
};

}  // namespace migledger::workflow
