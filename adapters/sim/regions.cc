#include "adapters/sim/regions.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace migledger::adapters::sim {

namespace {

struct Known {
  std::string_view name;
  std::string_view key;
  int domains;
};

constexpr std::array<Known, 16> kKnown = {{{"us-ashburn-1", "IAD", 3},
                                           {"us-phoenix-1", "PHX", 3},
                                           {"eu-frankfurt-1", "FRA", 3},
                                           {"uk-london-1", "LHR", 3},
                                           {"us-chicago-1", "ORD", 3},
                                           {"us-sanjose-1", "SJC", 1},
                                           {"ca-toronto-1", "YYZ", 1},
                                           {"sa-bogota-1", "BOG", 1},
                                           {"sa-saopaulo-1", "GRU", 1},
                                           {"sa-santiago-1", "SCL", 1},
                                           {"sa-vinhedo-1", "VCP", 1},
                                           {"eu-amsterdam-1", "AMS", 1},
                                           {"eu-zurich-1", "ZRH", 1},
                                           {"ap-tokyo-1", "NRT", 1},
                                           {"ap-mumbai-1", "BOM", 1},
                                           {"ap-sydney-1", "SYD", 1}}};

const Known* find(std::string_view region) {
  for (const Known& k : kKnown)
    if (k.name == region) return &k;
  return nullptr;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

}  // namespace

std::string_view ocid_region(std::string_view region) {
  if (region == "us-ashburn-1") return "iad";
  if (region == "us-phoenix-1") return "phx";
  return region;
}

std::string region_key(std::string_view region) {
  if (const Known* k = find(region)) return std::string(k->key);
  const auto dash = region.find('-');
  return upper(region.substr(dash == std::string_view::npos ? 0 : dash + 1, 3));
}

std::vector<std::string> availability_domains_of(std::string_view region) {
  // The two oldest regions have names of their own kind.
  std::string stem = region == "us-ashburn-1"   ? "US-ASHBURN"
                     : region == "us-phoenix-1" ? "PHX"
                                                : upper(region);
  const Known* known = find(region);
  std::vector<std::string> out;
  for (int n = 1; n <= (known ? known->domains : 1); ++n)
    out.push_back("Uocm:" + stem + "-AD-" + std::to_string(n));
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
