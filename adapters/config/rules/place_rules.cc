#include "adapters/config/rules/place_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "adapters/catalog/ocid.h"
#include "adapters/catalog/regions.h"
#include "adapters/config/rules/check.h"
#include "adapters/config/rules/forms.h"
#include "adapters/config/text/nearest.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

enum class Side { everywhere, source, target };

// Every key that holds an OCID, or a list of them, and where the resource must lie. A key inside
// another one is written "outer.inner", also where the outer one is a list.
struct PlacedKey {
  std::string_view key;
  Side side;
};
constexpr PlacedKey kPlacedKeys[] = {
    {"source_compartment_id", Side::everywhere},
    {"target_compartment_id", Side::everywhere},
    {"source_instance_id", Side::source},
    {"source_volume_id", Side::source},
    {"target_subnet_id", Side::target},
    {"target_kms_key_id", Side::target},
    {"attach.instance_id", Side::target},
    {"launch_options.nsgIds", Side::target},
    {"launch_options.kmsKeyId", Side::target},
    {"launch_options.privateIpId", Side::target},
    {"launch_options.ipv6AddressIpv6SubnetCidrPairDetails.ipv6Id", Side::target},
    {"launch_options.capacityReservationId", Side::target},
    {"launch_options.clusterPlacementGroupId", Side::target},
    {"launch_options.computeClusterId", Side::target},
    {"launch_options.dedicatedVmHostId", Side::target},
};

// An OCID of the configuration, with where it stands.
struct Placed {
  Ocid ocid;
  Side side;
  std::size_t offset;
  std::string path;
};

// The known region that an unknown name was probably meant to be: one letter was mistyped. Names
// that differ in the number only may all exist.
std::string_view probably_meant(std::string_view region) {
  std::vector<std::string_view> names;
  const auto letters = [](std::string_view name) { return name.substr(0, name.rfind('-')); };
  for (const Region& known : all_regions()) {
    if (letters(known.name) == letters(region)) return {};
    names.push_back(known.name);
  }
  const std::string_view near = nearest(region, names);
  if (near.empty() || distance(region, near) > 1) return {};
  return near;
}

class PlaceCheck {
 public:
  PlaceCheck(const MigrationSource& migration, const JsonNode& root, Problems& problems)
      : migration_(migration), root_(root), problems_(problems) {}

  void run() {
    source_ = check_region("source_region");
    target_ = check_region("target_region");
    if (!source_.empty() && source_ == target_) return;  // which is reported by itself
    if (!check_realms()) return;
    find_ocids();
    if (check_exchanged()) return;
    for (const Placed& placed : ocids_) check_ocid(placed);
    check_domains();
  }

 private:
  void add(std::string_view key, std::string message) {
    add_problem(migration_, key, std::move(message), problems_);
  }

  // The region that is meant; empty: the value is none, which other checks report.
  std::string_view check_region(std::string_view key) {
    const std::string_view region = migration_.text(key);
    if (!is_region(region)) return {};
    const JsonNode* endpoints = root_.find("endpoints");
    if (find_region(region) || (endpoints && endpoints->find(region))) return region;
    const std::string_view meant = probably_meant(region);
    if (meant.empty()) return region;
    add(key, fmt::format("\"{}\" is no region that is known; did you mean \"{}\"? A region newer "
                         "than this program needs its URL in \"endpoints\"",
                         region, meant));
    return meant;
  }

  static std::string_view realm_of_region(std::string_view region) {
    const Region* known = find_region(region);
    return known ? known->realm : std::string_view();
  }

  // False when the regions are of two realms: every other message would follow from that.
  bool check_realms() {
    const std::string_view source = realm_of_region(source_), target = realm_of_region(target_);
    if (source.empty() || target.empty() || source == target) return true;
    add("target_region", fmt::format("{} lies in realm \"{}\", but source_region {} in \"{}\"; "
                                     "nothing moves between realms",
                                     target_, target, source_, source));
    return false;
  }

  void find_ocids() {
    for (const PlacedKey& placed : kPlacedKeys) {
      const auto dot = placed.key.find('.');
      const std::string_view outer = placed.key.substr(0, dot);
      if (const JsonNode* value = migration_.find(outer))
        find_in(*value, rest_after(placed.key, dot), placed.side, migration_.path_of(outer));
    }
  }
  static std::string_view rest_after(std::string_view keys, std::size_t dot) {
    return dot == std::string_view::npos ? std::string_view() : keys.substr(dot + 1);
  }
  // What stands under `keys` in the value, or in each item of it.
  void find_in(const JsonNode& value, std::string_view keys, Side side, const std::string& path) {
    for (std::size_t i = 0; i < value.items.size(); ++i)
      find_in(value.items[i], keys, side, fmt::format("{}[{}]", path, i));
    if (keys.empty()) return take(value, side, path);
    const auto dot = keys.find('.');
    const std::string_view key = keys.substr(0, dot);
    if (const JsonNode* inner = value.find(key))
      find_in(*inner, rest_after(keys, dot), side, join_path(path, key));
  }
  void take(const JsonNode& value, Side side, std::string path) {
    if (value.kind != Kind::string) return;
    if (const auto ocid = parse_ocid(value.text))
      ocids_.push_back({*ocid, side, value.offset, std::move(path)});
  }

  std::string_view region_of(Side side) const {
    return side == Side::source ? source_ : side == Side::target ? target_ : std::string_view();
  }

  // Whether something of `side` lies in the other region, and not in its own.
  std::optional<std::string> astray(Side side) const {
    const std::string_view own = region_of(side);
    const std::string_view other = side == Side::source ? target_ : source_;
    for (const Placed& placed : ocids_)
      if (placed.side == side && !placed.ocid.region.empty() &&
          !names_region(placed.ocid.region, own) && names_region(placed.ocid.region, other))
        return placed.path;
    const std::string_view domain = migration_.text("target_ad");
    if (side == Side::target && !is_domain_of(domain, own) && is_domain_of(domain, other))
      return migration_.path_of("target_ad");
    return std::nullopt;
  }

  bool check_exchanged() {
    if (source_.empty() || target_.empty()) return false;
    const auto source = astray(Side::source), target = astray(Side::target);
    if (!source || !target) return false;
    add("source_region",
        fmt::format("source_region and target_region seem to be exchanged: {} lies in {}, {} in {}",
                    *source, target_, *target, source_));
    return true;
  }

  void check_ocid(const Placed& placed) {
    const auto say = [&](std::string message) {
      problems_.add(placed.offset, placed.path, std::move(message));
    };
    const auto [realm, anchor] = expected_realm();
    if (!realm.empty() && placed.ocid.realm != realm)
      return say(fmt::format("lies in realm \"{}\", but {} in \"{}\"; nothing moves between realms",
                             placed.ocid.realm, anchor, realm));
    const std::string_view part = placed.ocid.region;
    if (is_global_kind(placed.ocid.kind)) {
      if (!part.empty())
        say(fmt::format("names region \"{}\", but a {} belongs to no region and its OCID has none",
                        printable(part, 60), placed.ocid.kind));
      return;
    }
    const std::string_view region = region_of(placed.side);
    if (region.empty()) return;
    const std::string_view key = placed.side == Side::source ? "source_region" : "target_region";
    if (part.empty())
      return say(fmt::format("names no region; the OCID of this {} begins with \"ocid1.{}.{}.{}.\"",
                             placed.ocid.kind, placed.ocid.kind, placed.ocid.realm,
                             key_or_name(region)));
    if (!names_region(part, region))
      say(fmt::format("lies in {}, but {} is {}", full_name(part), key, region));
  }

  // The realm that everything must lie in, and what says so.
  std::pair<std::string_view, std::string_view> expected_realm() const {
    if (const auto realm = realm_of_region(source_); !realm.empty())
      return {realm, "source_region"};
    if (const auto realm = realm_of_region(target_); !realm.empty())
      return {realm, "target_region"};
    for (const Side side : {Side::source, Side::target, Side::everywhere})
      for (const Placed& placed : ocids_)
        if (placed.side == side) return {placed.ocid.realm, placed.path};
    return {};
  }

  // What stands in an OCID for the region: the key of the oldest ones, the name of others.
  static std::string_view key_or_name(std::string_view region) {
    return region == "us-ashburn-1" || region == "us-phoenix-1" ? find_region(region)->key : region;
  }
  static std::string full_name(std::string_view part) {
    if (const Region* known = region_of_key(part)) return std::string(known->name);
    return printable(part, 60);
  }

  void check_domains() {
    if (const JsonNode* domain = migration_.find("target_ad"))
      check_domain(*domain, migration_.path_of("target_ad"));
    const JsonNode* further = migration_.find("further_ads");
    if (!further) return;
    for (std::size_t i = 0; i < further->items.size(); ++i)
      check_domain(further->items[i], fmt::format("{}[{}]", migration_.path_of("further_ads"), i));
  }

  void check_domain(const JsonNode& value, const std::string& path) {
    if (value.kind != Kind::string || !is_availability_domain(value.text) || target_.empty())
      return;
    const std::string_view prefix = std::string_view(value.text).substr(0, value.text.find(':'));
    if (prefix_.empty()) prefix_ = prefix;
    if (prefix != prefix_)
      problems_.add(
          value.offset, path,
          fmt::format("begins with \"{}:\", but target_ad with \"{}:\"; a tenancy has one "
                      "prefix in a region",
                      prefix, prefix_));
    if (is_domain_of(value.text, target_)) return;
    const std::string_view region = region_of_domain(value.text);
    const Region* known = find_region(target_);
    std::string message;
    if (region == target_)
      message =
          fmt::format("is no availability domain of {}, which has {}", target_,
                      known->domains == 1 ? std::string("one") : std::to_string(known->domains));
    else if (!region.empty())
      message =
          fmt::format("is an availability domain of {}, but target_region is {}", region, target_);
    else if (known)
      message = fmt::format("is no availability domain of {}; its first one is named {}", target_,
                            domain_name(prefix, target_, 1));
    else
      return;  // how a region that is not in the catalog names them is not known
    problems_.add(value.offset, path, std::move(message));
  }

  const MigrationSource& migration_;
  const JsonNode& root_;
  Problems& problems_;
  std::string_view source_, target_;  // regions; empty: not known
  std::string_view prefix_;           // of availability domains
  std::vector<Placed> ocids_;
};

}  // namespace

void check_places(const MigrationSource& migration, const JsonNode& root, Problems& problems) {
  PlaceCheck(migration, root, problems).run();
}

}  // namespace migledger::adapters
