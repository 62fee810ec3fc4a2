// The clock of a run. A run decides and records by it.
#pragma once

#include <algorithm>

#include "workflow/cloud/cloud.h"

namespace migledger::workflow {

// It never goes back, neither behind the ledger's last event nor when somebody sets the machine's
// clock back, and it never stands still: pauses last as long as they should, whatever the machine's
// clock was or is set to.
class RunClock {
 public:
  // `clock` must outlive this one. `head` is the time of the ledger's last event.
  RunClock(Clock& clock, Time head)
      : clock_(clock), machine_(clock.now()), elapsed_(clock.elapsed()) {
    now_ = std::max(machine_, head);
  }

  // The time, read anew.
  Time read() {
    const Duration elapsed = clock_.elapsed();
    machine_ = clock_.now();
    now_ = std::max(now_ + (elapsed - elapsed_), machine_);
    elapsed_ = elapsed;
    return now_;
  }

  // A moment of this clock as the machine's clock will show it.
  Time on_machine(Time moment) const { return moment - (now_ - machine_); }

  // How far the machine's clock is behind.
  Duration ahead() const { return now_ - machine_; }

 private:
  Clock& clock_;
  Time machine_;
  Duration elapsed_;
  Time now_;
};

}  // namespace migledger::workflow
