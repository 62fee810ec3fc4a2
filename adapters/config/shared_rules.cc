#include "adapters/config/shared_rules.h"

#include <fmt/format.h>

#include <initializer_list>
#include <unordered_map>

#include "adapters/config/check.h"
#include "ledger/letter_case.h"
#include "ledger/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

class SharedCheck {
 public:
  SharedCheck(const std::vector<MigrationSource>& migrations, Problems& problems)
      : migrations_(migrations), problems_(problems) {}

  void run() {
    for (const MigrationSource& m : migrations_) {
      check_source(m);
      check_names(m);
      check_buckets(m);
      check_interface(m);
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

  // A device of an instance takes one volume.
  void check_attachment(const MigrationSource& m) {
    const JsonNode* attach = m.find("attach");
    const JsonNode* instance = attach ? attach->find("instance_id") : nullptr;
    const JsonNode* device = attach ? attach->find("device") : nullptr;
    const MigrationSource* first = nullptr;
    if (!instance || !device || take(m, {"device", instance->text, device->text}, first)) return;
    problems_.add(device->offset, join_path(m.path_of("attach"), "device"),
                  fmt::format("{} is also the device of migration {} on the same instance; give "
                              "each its own",
                              describe(*device), name_of(*first)));
  }

  const std::vector<MigrationSource>& migrations_;
  Problems& problems_;
  std::unordered_map<std::string, const MigrationSource*> users_;
};

}  // namespace

void check_shared(const std::vector<MigrationSource>& migrations, Problems& problems) {
  SharedCheck(migrations, problems).run();
}

}  // namespace migledger::adapters
