// OCI's request signatures: draft-cavage-http-signatures-08 with RSA-SHA256, as
// https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm has it.
#pragma once

#include <string>

#include "adapters/sim_http/http_message.h"
#include "adapters/sim_http/public_keys.h"

namespace migledger::adapters::sim_http {

// The client's clock may be off by that much.
inline constexpr Duration kDateSkew = std::chrono::minutes(5);

// Why `request`, arriving at `now`, does not count as signed by one of `keys`; empty: it does.
// What has to be signed: (request-target), host, and date or x-date; of POST, PUT and PATCH also
// x-content-sha256, which must be that of the body, content-type and content-length, except of an
// object that is put.
std::string signature_problem(const HttpRequest& request, const PublicKeys& keys, Time now);

}  // namespace migledger::adapters::sim_http
