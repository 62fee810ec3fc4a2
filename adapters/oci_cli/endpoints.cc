#include "adapters/oci_cli/endpoints.h"

#include <algorithm>
#include <array>

namespace migledger::adapters {

namespace {

struct Realm {
  std::string_view name;
  std::string_view domain;
};

struct Region {
  std::string_view name;
  std::string_view realm;
};

constexpr std::array kRealms = {
    Realm{"oc1", "oraclecloud.com"},    Realm{"oc2", "oraclegovcloud.com"},
    Realm{"oc3", "oraclegovcloud.com"}, Realm{"oc4", "oraclegovcloud.uk"},
    Realm{"oc8", "oraclecloud8.com"},   Realm{"oc9", "oraclecloud9.com"},
    Realm{"oc10", "oraclecloud10.com"}, Realm{"oc14", "oraclecloud14.com"},
    Realm{"oc15", "oraclecloud15.com"}, Realm{"oc19", "oraclecloud.eu"},
    Realm{"oc20", "oraclecloud20.com"}, Realm{"oc21", "oraclecloud21.com"},
    Realm{"oc23", "oraclecloud23.com"}, Realm{"oc24", "oraclecloud24.com"},
    Realm{"oc26", "oraclecloud26.com"}, Realm{"oc29", "oraclecloud29.com"},
    Realm{"oc35", "oraclecloud35.com"}, Realm{"oc42", "oraclecloud42.com"},
    Realm{"oc51", "oraclecloud51.com"}, Realm{"oc52", "oraclecloud52.com"},
};

// Sorted by name.
constexpr std::array kRegions = {
    Region{"af-casablanca-1", "oc1"},    Region{"af-johannesburg-1", "oc1"},
    Region{"ap-batam-1", "oc1"},         Region{"ap-chiyoda-1", "oc8"},
    Region{"ap-chuncheon-1", "oc1"},     Region{"ap-chuncheon-2", "oc35"},
    Region{"ap-dcc-canberra-1", "oc10"}, Region{"ap-dcc-gazipur-1", "oc15"},
    Region{"ap-delhi-1", "oc1"},         Region{"ap-hyderabad-1", "oc1"},
    Region{"ap-ibaraki-1", "oc8"},       Region{"ap-kulai-2", "oc1"},
    Region{"ap-melbourne-1", "oc1"},     Region{"ap-mumbai-1", "oc1"},
    Region{"ap-osaka-1", "oc1"},         Region{"ap-seoul-1", "oc1"},
    Region{"ap-seoul-2", "oc35"},        Region{"ap-singapore-1", "oc1"},
    Region{"ap-singapore-2", "oc1"},     Region{"ap-suwon-1", "oc35"},
    Region{"ap-sydney-1", "oc1"},        Region{"ap-tokyo-1", "oc1"},
    Region{"ca-montreal-1", "oc1"},      Region{"ca-toronto-1", "oc1"},
    Region{"eu-amsterdam-1", "oc1"},     Region{"eu-budapest-1", "oc51"},
    Region{"eu-crissier-1", "oc24"},     Region{"eu-dcc-dublin-1", "oc14"},
    Region{"eu-dcc-dublin-2", "oc14"},   Region{"eu-dcc-milan-1", "oc14"},
    Region{"eu-dcc-milan-2", "oc14"},    Region{"eu-dcc-rating-1", "oc14"},
    Region{"eu-dcc-rating-2", "oc14"},   Region{"eu-dcc-zurich-1", "oc24"},
    Region{"eu-frankfurt-1", "oc1"},     Region{"eu-frankfurt-2", "oc19"},
    Region{"eu-jovanovac-1", "oc20"},    Region{"eu-madrid-1", "oc1"},
    Region{"eu-madrid-2", "oc19"},       Region{"eu-madrid-3", "oc1"},
    Region{"eu-marseille-1", "oc1"},     Region{"eu-milan-1", "oc1"},
    Region{"eu-paris-1", "oc1"},         Region{"eu-stockholm-1", "oc1"},
    Region{"eu-turin-1", "oc1"},         Region{"eu-zurich-1", "oc1"},
    Region{"il-jerusalem-1", "oc1"},     Region{"me-abudhabi-1", "oc1"},
    Region{"me-abudhabi-2", "oc29"},     Region{"me-abudhabi-3", "oc26"},
    Region{"me-abudhabi-4", "oc29"},     Region{"me-alain-1", "oc26"},
    Region{"me-alrayyan-1", "oc21"},     Region{"me-dcc-doha-1", "oc21"},
    Region{"me-dcc-muscat-1", "oc9"},    Region{"me-dubai-1", "oc1"},
    Region{"me-ibri-1", "oc9"},          Region{"me-jeddah-1", "oc1"},
    Region{"me-riyadh-1", "oc1"},        Region{"mx-monterrey-1", "oc1"},
    Region{"mx-queretaro-1", "oc1"},     Region{"sa-bogota-1", "oc1"},
    Region{"sa-riodejaneiro-1", "oc52"}, Region{"sa-santiago-1", "oc1"},
    Region{"sa-saopaulo-1", "oc1"},      Region{"sa-valparaiso-1", "oc1"},
    Region{"sa-vinhedo-1", "oc1"},       Region{"uk-cardiff-1", "oc1"},
    Region{"uk-gov-cardiff-1", "oc4"},   Region{"uk-gov-london-1", "oc4"},
    Region{"uk-london-1", "oc1"},        Region{"us-ashburn-1", "oc1"},
    Region{"us-ashburn-2", "oc42"},      Region{"us-chicago-1", "oc1"},
    Region{"us-gov-ashburn-1", "oc3"},   Region{"us-gov-chicago-1", "oc3"},
    Region{"us-gov-phoenix-1", "oc3"},   Region{"us-langley-1", "oc2"},
    Region{"us-luke-1", "oc2"},          Region{"us-newark-1", "oc42"},
    Region{"us-phoenix-1", "oc1"},       Region{"us-saltlake-2", "oc1"},
    Region{"us-sanjose-1", "oc1"},       Region{"us-somerset-1", "oc23"},
    Region{"us-thames-1", "oc23"},
};
static_assert(std::ranges::is_sorted(kRegions, {}, &Region::name));

struct Host {
  std::string_view prefix;
  std::string_view infix;  // between region and the realm's domain
};

Host host_of(workflow::Service service) {
  switch (service) {
    case workflow::Service::core:
      return {"iaas.", "."};
    case workflow::Service::object_storage:
      return {"objectstorage.", "."};
    case workflow::Service::identity:
      return {"identity.", ".oci."};
    case workflow::Service::limits:
      return {"limits.", ".oci."};
    case workflow::Service::search:
      return {"query.", ".oci."};
  }
  return {};
}

}  // namespace

std::optional<std::string_view> realm_of(std::string_view region) {
  const auto found = std::ranges::lower_bound(kRegions, region, {}, &Region::name);
  if (found == kRegions.end() || found->name != region) return std::nullopt;
  return found->realm;
}

std::optional<std::string> public_base_url(workflow::Service service, std::string_view region) {
  const auto realm = realm_of(region);
  if (!realm) return std::nullopt;
  const auto found = std::ranges::find(kRealms, *realm, &Realm::name);
  if (found == kRealms.end()) return std::nullopt;
  const Host host = host_of(service);
  std::string url = "https://";
  url.append(host.prefix).append(region).append(host.infix).append(found->domain);
  return url;
}

std::optional<std::string> base_url(workflow::Service service, std::string_view region,
                                    const ledger::Fields& endpoints) {
  if (endpoints.has(region)) {
    std::string_view url = endpoints.get(region);
    while (url.ends_with('/')) url.remove_suffix(1);
    return std::string(url);
  }
  return public_base_url(service, region);
}

std::string base_url_problem(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return "it must begin with https:// or http://";
  }
  for (const char c : rest)
    if (c <= ' ' || c == 0x7f || c == '"' || c == '\\' || (c & 0x80) != 0)
      return "it holds a character that no URL has";
  if (rest.find_first_of("?#") != std::string_view::npos)
    return "it must have no query or fragment";
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.empty() || authority.front() == ':') return "it names no host";
  if (authority.find('@') != std::string_view::npos) return "it must not hold a user or password";
  return {};
}

}  // namespace migledger::adapters
