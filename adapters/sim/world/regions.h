// Names of regions and of what is in them, as OCI forms them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migledger::adapters::sim {

// The region's part of an OCID: "iad" and "phx" for the two oldest regions, the region's own name
// for all others (https://docs.oracle.com/en-us/iaas/Content/General/Concepts/identifiers.htm).
std::string_view ocid_region(std::string_view region);

// The three-letter key in upper case, as region subscriptions show it: "IAD". For a region that is
// not in the table, the first letters of its place.
std::string region_key(std::string_view region);

// "Uocm:US-ASHBURN-AD-1", …: three for the regions that have three, otherwise one.
std::vector<std::string> availability_domains_of(std::string_view region);

// FAULT-DOMAIN-1 to -3: every availability domain has them.
const std::vector<std::string>& fault_domains();

// Whether it looks like the name of a commercial region: "sa-bogota-1".
bool is_region_name(std::string_view region);

}  // namespace migledger::adapters::sim
