// Why a run of the oci program brought no reply: from how it ended and what it said.
#pragma once

#include "adapters/oci_cli/program/raw_reply.h"

namespace migledger::adapters {

// A reply without a status, with a delivery and an error as parse_raw_request() describes them.
// `problem` says what is wrong with the program's output.
workflow::Reply reply_of_failure(const RawRun& run, const std::string& problem);

}  // namespace migledger::adapters
