#include "adapters/config/rules/shared_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "adapters/catalog/names.h"
#include "adapters/config/rules/check.h"
#include "ledger/base/letter_case.h"
#include "ledger/base/printable.h"
#include "workflow/cloud/ipv6.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

class SharedCheck {
 public:
  SharedCheck(const std::vector<MigrationSource>& migrations, Problems& problems)
      : migrations_(migrations), problems_(problems) {}

  void run() {
    for (const MigrationSource& m : migrations_)
      if (!m.text("source_bucket_name").empty()) targets_.emplace(target_of(m), &m);
    for (const MigrationSource& m : migrations_) {
      check_source(m);
      check_names(m);
      check_buckets(m);
      check_chain(m);
      check_interface(m);
      check_ipv6(m);
      check_attachment(m);
    }
  }

 private:
  // True the first time that something is taken; otherwise `first` is who took it.
  bool take(const MigrationSource& migration, std::initializer_list<std::string_view> what,
            const MigrationSource*& first) {
    std::string key;
    for (const std::string_view part : what) key.append(part).push_back('\n');
    const auto [user, added] = users_.emplace(std::move(key), &migration);
    first = user->second;
    return added;
  }

  static std::string name_of(const MigrationSource& migration) {
    const std::string name = migration.name();
    return name.empty() ? migration.path : fmt::format("\"{}\"", printable(name, 63));
  }

  void add(const MigrationSource& migration, std::string_view key, std::string message) {
    add_problem(migration, key, std::move(message), problems_);
  }

  // A source is moved once: the second migration would find it claimed by the first.
  void check_source(const MigrationSource& m) {
    for (const char* key : {"source_instance_id", "source_volume_id"}) {
      const std::string_view id = m.text(key);
      const MigrationSource* first = nullptr;
      if (!id.empty() && !take(m, {"source", id}, first))
        add(m, key,
            fmt::format("migration {} moves the same; name each source once", name_of(*first)));
    }
  }

  // Two things of one name in one place would each be taken for a foreign one by the other.
  void check_names(const MigrationSource& m) {
    const auto check = [&](std::string_view key, std::string_view kind, const std::string& name,
                           std::string_view region_key, std::string_view compartment_key,
                           std::string_view domain = {}) {
      const MigrationSource* first = nullptr;
      if (name.empty() ||
          take(m, {kind, m.text(region_key), m.text(compartment_key), domain, name}, first))
        return;
      if (first->name() == m.name()) return;  // which was reported already
      add(m, key,
          fmt::format("\"{}\" is also what {} makes in the same region and compartment; give each "
                      "its own name",
                      printable(name, 60), first->path));
    };
    if (m.find("source_instance_id")) {
      check("new_image_name", "image", m.new_image_name(), "source_region",
            "source_compartment_id");
      check("new_image_name", "image", m.new_image_name(), "target_region",
            "target_compartment_id");
      check("new_instance_name", "instance", m.new_instance_name(), "target_region",
            "target_compartment_id");
    }
    if (m.find("source_volume_id"))
      check("new_volume_name", "volume", std::string(m.text("new_volume_name")), "target_region",
            "target_compartment_id", m.text("target_ad"));
  }

  // A bucket is replicated to one other, and from one.
  void check_buckets(const MigrationSource& m) {
    const std::string_view source = m.text("source_bucket_name");
    if (source.empty()) return;
    const std::string_view target = m.text("target_bucket_name");
    const auto check = [&](std::string_view key, std::string_view bucket,
                           std::string_view region_key) {
      const MigrationSource* first = nullptr;
      if (!take(m, {key, m.text(region_key), bucket}, first))
        add(m, key,
            fmt::format("bucket \"{}\" is that of {}, too; OCI replicates a bucket to one other",
                        printable(bucket, 60), first->path));
    };
    check("source_bucket_name", source, "source_region");
    check("target_bucket_name", target.empty() ? source : target, "target_region");
  }

  // Region and bucket.
  using Place = std::pair<std::string_view, std::string_view>;
  static Place source_of(const MigrationSource& m) {
    return {m.text("source_region"), m.text("source_bucket_name")};
  }
  static Place target_of(const MigrationSource& m) {
    const std::string_view target = m.text("target_bucket_name");
    return {m.text("target_region"), target.empty() ? m.text("source_bucket_name") : target};
  }

  // OCI chains no replications: a bucket is read-only while it is the target of one. One migration
  // after the other is none.
  void check_chain(const MigrationSource& m) {
    if (m.text("source_bucket_name").empty()) return;
    const auto found = targets_.find(source_of(m));
    if (found == targets_.end() || found->second == &m || comes_after(m, *found->second) ||
        comes_after(*found->second, m))
      return;
    add(m, "source_bucket_name",
        fmt::format("migration {} replicates to this bucket, and OCI chains no replications; let "
                    "one depend on the other",
                    name_of(*found->second)));
  }

  // Whether one depends on the other, itself or through others.
  bool comes_after(const MigrationSource& later, const MigrationSource& earlier) {
    if (by_name_.empty())
      for (const MigrationSource& m : migrations_) by_name_.emplace(m.name(), &m);
    std::set<std::string_view> seen;
    std::vector<const MigrationSource*> to_see{&later};
    while (!to_see.empty()) {
      const JsonNode* names = to_see.back()->find("depends_on");
      to_see.pop_back();
      for (std::size_t i = 0; names && i < names->items.size(); ++i) {
        const std::string_view name = names->items[i].text;
        if (name == earlier.name()) return true;
        const auto next = by_name_.find(std::string(name));
        if (next != by_name_.end() && seen.insert(name).second) to_see.push_back(next->second);
      }
    }
    return false;
  }

  // An address and a host name exist once in a subnet.
  void check_interface(const MigrationSource& m) {
    const JsonNode* options = m.find("launch_options");
    if (!options) return;
    for (const char* key : {"privateIp", "privateIpId", "hostnameLabel"}) {
      const JsonNode* value = options->find(key);
      const MigrationSource* first = nullptr;
      if (!value || value->kind != Kind::string ||
          take(m, {key, m.text("target_subnet_id"), lower_case(value->text)}, first))
        continue;
      problems_.add(value->offset, join_path(m.path_of("launch_options"), key),
                    fmt::format("{} is also that of migration {} in the same subnet; give each its "
                                "own",
                                describe(*value), name_of(*first)));
    }
  }

  // The same, however it is written.
  void check_ipv6(const MigrationSource& m) {
    constexpr std::string_view kPairs = "ipv6AddressIpv6SubnetCidrPairDetails";
    const JsonNode* options = m.find("launch_options");
    const JsonNode* pairs = options ? options->find(kPairs) : nullptr;
    for (std::size_t i = 0; pairs && i < pairs->items.size(); ++i) {
      const JsonNode* value = pairs->items[i].find("ipv6Address");
      const auto address = value ? workflow::parse_ipv6(value->text) : std::nullopt;
      const MigrationSource* first = nullptr;
      if (!address ||
          take(m, {kPairs, m.text("target_subnet_id"), fmt::format("{}", fmt::join(*address, "."))},
               first) ||
          first == &m)
        continue;
      problems_.add(
          value->offset,
          fmt::format("{}.{}[{}].ipv6Address", m.path_of("launch_options"), kPairs, i),
          fmt::format("{} is also that of migration {} in the same subnet; give each its own",
                      describe(*value), name_of(*first)));
    }
  }

  // An instance takes so many volumes, and a device of it takes one.
  void check_attachment(const MigrationSource& m) {
    const JsonNode* attach = m.find("attach");
    const JsonNode* instance = attach ? attach->find("instance_id") : nullptr;
    const JsonNode* device = attach ? attach->find("device") : nullptr;
    const MigrationSource* first = nullptr;
    if (instance && ++attached_[instance->text] == kMostAttachedVolumes + 1)
      problems_.add(instance->offset, join_path(m.path_of("attach"), "instance_id"),
                    fmt::format("more than {} migrations attach their volume to this instance, "
                                "which is as many as it can have; attach the others elsewhere",
                                kMostAttachedVolumes));
    if (!instance || !device || take(m, {"device", instance->text, device->text}, first)) return;
    problems_.add(device->offset, join_path(m.path_of("attach"), "device"),
                  fmt::format("{} is also the device of migration {} on the same instance; give "
                              "each its own",
                              describe(*device), name_of(*first)));
  }

  const std::vector<MigrationSource>& migrations_;
  Problems& problems_;
  std::unordered_map<std::string, const MigrationSource*> users_;
  std::unordered_map<std::string, const MigrationSource*> by_name_;
  std::unordered_map<std::string, std::size_t> attached_;  // by instance
  std::map<Place, const MigrationSource*> targets_;        // of replications
};

}  // namespace

void check_shared(const std::vector<MigrationSource>& migrations, Problems& problems) {
  SharedCheck(migrations, problems).run();
}

}  // namespace migledger::adapters
