// When to look at a long operation again.
#pragma once

#include "workflow/model/step.h"

namespace migledger::workflow {

// The time of the next poll of an await step: rare while the operation is young, though at most
// eight times as rare as the plan's "poll_interval_seconds", at which polls come when it is due.
// Times fall on a common grid, so that those who wait for the same share one read.
Time next_poll(const Step& step, const MigrationState& state, Time now);

// Whether what the request reads is a whole list, which grows with how much there is.
bool reads_list(const Request& request);

// The first moment at or after `now` at which many who read the same list do so together. The
// moments fall on the grid of polls at the default interval.
Time common_moment(Time now);

// Whether polls at `now` are thorough (step.h) while many are under way: the first one of every two
// minutes is.
bool thorough(const MigrationState& state, Time now);

// When a check that may be put off is made, so that one list serves many: the first moment at or
// after `now` on the grid of `step.gather`; `now` for other steps.
Time gathering(const Step& step, Time now);

}  // namespace migledger::workflow
