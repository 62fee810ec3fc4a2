// OCI's regions: their names, keys, realms and availability domains.
// Source: Oracle's published list of regions and realms, as in the public OCI SDKs (Python SDK
// 2.189.0: 85 regions). Oracle adds regions, so a region that is not here may exist. The number of
// availability domains is from https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace migledger::adapters {

struct Region {
  std::string_view name;   // "us-ashburn-1"
  std::string_view key;    // "iad"
  std::string_view realm;  // "oc1"
  int domains;             // availability domains; 0: the number is not known here
};

std::span<const Region> all_regions();

// Null: the region is not in the table.
const Region* find_region(std::string_view name);
const Region* region_of_key(std::string_view key);

// "Uocm:SA-BOGOTA-1-AD-1". Each tenancy has a prefix of its own ("Uocm").
std::string domain_name(std::string_view prefix, std::string_view region, int number);

// Whether an availability domain of that name can exist in the region, whatever its prefix.
bool is_domain_of(std::string_view domain, std::string_view region);

// The region whose availability domains are named so; empty: none of the table.
std::string_view region_of_domain(std::string_view domain);

}  // namespace migledger::adapters
