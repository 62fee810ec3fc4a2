// A claim keeps two ledgers from moving one source: an object in the staging bucket, named by the
// source, written only where there is none.
#pragma once

#include "workflow/steps/made.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

// Of the step "claim-source".
std::optional<Request> ask_claim(const View& view, Answers answers);
Sighting sight_claim(const View& view, Answers answers);
Request put_claim(const View& view);
Receipt receive_claim(const View& view, const Answer& answer);

// Of the step "release-claim".
Sighting sight_claim_gone(const View& view, Answers answers);
Request remove_claim(const View& view);

// How it is compared with the cloud.
MadeKind claim_kind();

}  // namespace migledger::workflow
