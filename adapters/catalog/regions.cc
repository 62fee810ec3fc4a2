#include "adapters/catalog/regions.h"

#include <algorithm>
#include <array>

#include "ledger/base/letter_case.h"

namespace migledger::adapters {

namespace {

// Sorted by name.
constexpr std::array kRegions = {
    Region{"af-casablanca-1", "lej", "oc1", 0},    Region{"af-johannesburg-1", "jnb", "oc1", 0},
    Region{"ap-batam-1", "hsg", "oc1", 0},         Region{"ap-chiyoda-1", "nja", "oc8", 0},
    Region{"ap-chuncheon-1", "yny", "oc1", 0},     Region{"ap-chuncheon-2", "bno", "oc35", 0},
    Region{"ap-dcc-canberra-1", "wga", "oc10", 0}, Region{"ap-dcc-gazipur-1", "dac", "oc15", 0},
    Region{"ap-delhi-1", "onm", "oc1", 0},         Region{"ap-hyderabad-1", "hyd", "oc1", 0},
    Region{"ap-ibaraki-1", "ukb", "oc8", 0},       Region{"ap-kulai-2", "jbp", "oc1", 0},
    Region{"ap-melbourne-1", "mel", "oc1", 0},     Region{"ap-mumbai-1", "bom", "oc1", 1},
    Region{"ap-osaka-1", "kix", "oc1", 0},         Region{"ap-seoul-1", "icn", "oc1", 0},
    Region{"ap-seoul-2", "dtz", "oc35", 0},        Region{"ap-singapore-1", "sin", "oc1", 0},
    Region{"ap-singapore-2", "xsp", "oc1", 0},     Region{"ap-suwon-1", "dln", "oc35", 0},
    Region{"ap-sydney-1", "syd", "oc1", 1},        Region{"ap-tokyo-1", "nrt", "oc1", 1},
    Region{"ca-montreal-1", "yul", "oc1", 0},      Region{"ca-toronto-1", "yyz", "oc1", 1},
    Region{"eu-amsterdam-1", "ams", "oc1", 1},     Region{"eu-budapest-1", "jsk", "oc51", 0},
    Region{"eu-crissier-1", "avf", "oc24", 0},     Region{"eu-dcc-dublin-1", "ork", "oc14", 0},
    Region{"eu-dcc-dublin-2", "snn", "oc14", 0},   Region{"eu-dcc-milan-1", "bgy", "oc14", 0},
    Region{"eu-dcc-milan-2", "mxp", "oc14", 0},    Region{"eu-dcc-rating-1", "dus", "oc14", 0},
    Region{"eu-dcc-rating-2", "dtm", "oc14", 0},   Region{"eu-dcc-zurich-1", "avz", "oc24", 0},
    Region{"eu-frankfurt-1", "fra", "oc1", 3},     Region{"eu-frankfurt-2", "str", "oc19", 0},
    Region{"eu-jovanovac-1", "beg", "oc20", 0},    Region{"eu-madrid-1", "mad", "oc1", 0},
    Region{"eu-madrid-2", "vll", "oc19", 0},       Region{"eu-madrid-3", "orf", "oc1", 0},
    Region{"eu-marseille-1", "mrs", "oc1", 0},     Region{"eu-milan-1", "lin", "oc1", 0},
    Region{"eu-paris-1", "cdg", "oc1", 0},         Region{"eu-stockholm-1", "arn", "oc1", 0},
    Region{"eu-turin-1", "nrq", "oc1", 0},         Region{"eu-zurich-1", "zrh", "oc1", 1},
    Region{"il-jerusalem-1", "mtz", "oc1", 0},     Region{"me-abudhabi-1", "auh", "oc1", 0},
    Region{"me-abudhabi-2", "rkt", "oc29", 0},     Region{"me-abudhabi-3", "ahu", "oc26", 0},
    Region{"me-abudhabi-4", "shj", "oc29", 0},     Region{"me-alain-1", "rba", "oc26", 0},
    Region{"me-alrayyan-1", "vve", "oc21", 0},     Region{"me-dcc-doha-1", "doh", "oc21", 0},
    Region{"me-dcc-muscat-1", "mct", "oc9", 0},    Region{"me-dubai-1", "dxb", "oc1", 0},
    Region{"me-ibri-1", "ibr", "oc9", 0},          Region{"me-jeddah-1", "jed", "oc1", 0},
    Region{"me-riyadh-1", "ruh", "oc1", 0},        Region{"mx-monterrey-1", "mty", "oc1", 0},
    Region{"mx-queretaro-1", "qro", "oc1", 0},     Region{"sa-bogota-1", "bog", "oc1", 0},
    Region{"sa-riodejaneiro-1", "hnw", "oc52", 0}, Region{"sa-santiago-1", "scl", "oc1", 1},
    Region{"sa-saopaulo-1", "gru", "oc1", 1},      Region{"sa-valparaiso-1", "vap", "oc1", 0},
    Region{"sa-vinhedo-1", "vcp", "oc1", 1},       Region{"uk-cardiff-1", "cwl", "oc1", 0},
    Region{"uk-gov-cardiff-1", "brs", "oc4", 0},   Region{"uk-gov-london-1", "ltn", "oc4", 0},
    Region{"uk-london-1", "lhr", "oc1", 3},        Region{"us-ashburn-1", "iad", "oc1", 3},
    Region{"us-ashburn-2", "yxj", "oc42", 0},      Region{"us-chicago-1", "ord", "oc1", 3},
    Region{"us-gov-ashburn-1", "ric", "oc3", 0},   Region{"us-gov-chicago-1", "pia", "oc3", 0},
    Region{"us-gov-phoenix-1", "tus", "oc3", 0},   Region{"us-langley-1", "lfi", "oc2", 0},
    Region{"us-luke-1", "luf", "oc2", 0},          Region{"us-newark-1", "pgc", "oc42", 0},
    Region{"us-phoenix-1", "phx", "oc1", 3},       Region{"us-saltlake-2", "aga", "oc1", 0},
    Region{"us-sanjose-1", "sjc", "oc1", 1},       Region{"us-somerset-1", "ebb", "oc23", 0},
    Region{"us-thames-1", "ebl", "oc23", 0},
};
static_assert(std::ranges::is_sorted(kRegions, {}, &Region::name));

// The two oldest regions name their availability domains in their own way.
constexpr std::string_view kAshburn = "us-ashburn-1";
constexpr std::string_view kPhoenix = "us-phoenix-1";

// No region has more.
constexpr int kMostDomains = 3;

std::string stem_of(std::string_view region) {
  if (region == kAshburn) return "US-ASHBURN";
  if (region == kPhoenix) return "PHX";
  return upper_case(region);
}

// "SA-BOGOTA-1" and 1 of "Uocm:SA-BOGOTA-1-AD-1".
struct Domain {
  std::string_view stem;
  int number = 0;
};

std::optional<Domain> parse_domain(std::string_view domain) {
  if (const auto colon = domain.find(':'); colon != std::string_view::npos)
    domain.remove_prefix(colon + 1);
  constexpr std::string_view kInfix = "-AD-";
  const auto at = domain.rfind(kInfix);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = domain.substr(at + kInfix.size());
  if (digits.size() != 1 || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  return Domain{domain.substr(0, at), digits[0] - '0'};
}

}  // namespace

std::span<const Region> all_regions() { return kRegions; }

const Region* find_region(std::string_view name) {
  const auto found = std::ranges::lower_bound(kRegions, name, {}, &Region::name);
  return found == kRegions.end() || found->name != name ? nullptr : &*found;
}

const Region* region_of_key(std::string_view key) {
  const auto found = std::ranges::find(kRegions, key, &Region::key);
  return found == kRegions.end() ? nullptr : &*found;
}

std::string domain_name(std::string_view prefix, std::string_view region, int number) {
  return std::string(prefix) + ":" + stem_of(region) + "-AD-" + std::to_string(number);
}

bool is_domain_of(std::string_view domain, std::string_view region) {
  const auto parsed = parse_domain(domain);
  if (!parsed || parsed->stem != stem_of(region)) return false;
  const Region* known = find_region(region);
  const int most = known && known->domains > 0 ? known->domains : kMostDomains;
  return parsed->number >= 1 && parsed->number <= most;
}

std::string_view region_of_domain(std::string_view domain) {
  const auto parsed = parse_domain(domain);
  if (!parsed) return {};
  for (const Region& region : kRegions)
    if (stem_of(region.name) == parsed->stem) return region.name;
  return {};
}

}  // namespace migledger::adapters
