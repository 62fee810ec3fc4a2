// Reading many things of the cloud at once, for commands that look and do nothing else.
#pragma once

#include <vector>

#include "workflow/cloud/cloud.h"
#include "workflow/model/step.h"
#include "workflow/run/reader.h"

namespace migledger::workflow {

// The answers to `requests`, in their order, each with all pages of a list, or with one and unread.
// What fails for a moment is asked again a few times. When credentials are refused nothing more is
// asked, and what has no answer yet is answered so, too. Call ids are drawn from `next_call`.
std::vector<Answer> read_all(Cloud& cloud, Clock& clock, CallId& next_call,
                             std::vector<Request> requests,
                             Reader::Extent extent = Reader::Extent::all);

}  // namespace migledger::workflow
