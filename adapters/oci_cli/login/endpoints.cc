#include "adapters/oci_cli/login/endpoints.h"

#include <algorithm>
#include <array>

#include "adapters/catalog/regions.h"

namespace migledger::adapters {

namespace {

struct Realm {
  std::string_view name;
  std::string_view domain;
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
  const Region* known = find_region(region);
  if (!known) return std::nullopt;
  return known->realm;
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
