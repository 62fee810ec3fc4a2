// Which host answers for a service in a region.
// Source of the table: Oracle's published list of regions and realms, as in the public OCI SDKs
// (checked against the Python SDK 2.189.0: the same 85 regions, realms and host templates).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/event/fields.h"
#include "workflow/cloud/request.h"

namespace migledger::adapters {

// The realm of a region identifier such as "us-ashburn-1"; nothing for a region not in the table.
std::optional<std::string_view> realm_of(std::string_view region);

// "https://iaas.us-ashburn-1.oraclecloud.com", without a trailing slash. Nothing for a region not
// in the table.
std::optional<std::string> public_base_url(workflow::Service service, std::string_view region);

// The base URL of a region: the one configured in `endpoints` (region → base URL, for all
// services), else the public one. Nothing when there is neither.
std::optional<std::string> base_url(workflow::Service service, std::string_view region,
                                    const ledger::Fields& endpoints);

// What is wrong with a configured base URL, or empty: it must be http:// or https:// and a host,
// with an optional port and path, and without user, query or fragment.
std::string base_url_problem(std::string_view url);

}  // namespace migledger::adapters
