#include "adapters/sim/world/regions.h"

#include <algorithm>

#include "adapters/catalog/regions.h"
#include "ledger/base/letter_case.h"

namespace migledger::adapters::sim {

std::string_view ocid_region(std::string_view region) {
  if (region == "us-ashburn-1" || region == "us-phoenix-1") return find_region(region)->key;
  return region;
}

std::string region_key(std::string_view region) {
  if (const Region* known = find_region(region)) return upper_case(known->key);
  const auto dash = region.find('-');
  return upper_case(region.substr(dash == std::string_view::npos ? 0 : dash + 1, 3));
}

std::vector<std::string> availability_domains_of(std::string_view region) {
  const Region* known = find_region(region);
  const int count = known && known->domains > 0 ? known->domains : 1;
  std::vector<std::string> out;
  for (int n = 1; n <= count; ++n) out.push_back(domain_name("Uocm", region, n));
  return out;
}

const std::vector<std::string>& fault_domains() {
  static const std::vector<std::string> kNames = {"FAULT-DOMAIN-1", "FAULT-DOMAIN-2",
                                                  "FAULT-DOMAIN-3"};
  return kNames;
}

bool is_region_name(std::string_view region) {
  const auto first = region.find('-');
  const auto last = region.rfind('-');
  if (first == std::string_view::npos || first == last || last + 1 == region.size()) return false;
  return std::all_of(region.begin(), region.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace migledger::adapters::sim
