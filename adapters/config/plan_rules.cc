#include "adapters/config/plan_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "adapters/config/check.h"
#include "adapters/config/forms.h"
#include "adapters/config/nearest.h"
#include "adapters/config/rules.h"
#include "adapters/config/workflow_form.h"
#include "ledger/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

// OCI: all keys and values of an instance's metadata together.
constexpr std::size_t kMaxMetadataBytes = 32'000;

class PlanCheck {
 public:
  PlanCheck(const std::vector<MigrationSource>& migrations, const JsonNode& root,
            const WorkflowForm& form, Problems& problems)
      : migrations_(migrations), root_(root), form_(form), problems_(problems) {}

  void run() {
    for (const MigrationSource& migration : migrations_) {
      check_missing(migration);
      check_regions(migration);
      check_retry(migration);
      if (form_.check) {
        form_.check(migration, problems_);
      } else {
        check_realm(migration);
        check_ads(migration);
        check_metadata(migration);
        check_transfer(migration);
      }
    }
    check_names();
    if (!form_.check) check_shared_names();
    check_shared_buckets();
    check_dependencies();
  }

 private:
  void add(const MigrationSource& migration, std::string_view key, std::string message) {
    const JsonNode* value = migration.find(key);
    problems_.add(value ? value->offset : migration.own->offset, migration.path_of(key),
                  std::move(message));
  }

  void check_missing(const MigrationSource& migration) {
    for (const KeyRule& rule : form_.keys) {
      if (!rule.required || migration.find(rule.key)) continue;
      const bool made_from_name = rule.key == "new_image_name" || rule.key == "new_instance_name";
      if (made_from_name && !migration.flat()) continue;
      add(migration, rule.key,
          fmt::format("this key is missing; expected {}{}", rule.value->expected,
                      migration.flat() ? "" : ", here or in \"defaults\""));
    }
    if (!migration.flat() && !migration.own->find("name")) {
      add(migration, "name",
          "this key is missing; every migration of a plan needs a name of its "
          "own");
    }
  }

  void check_regions(const MigrationSource& migration) {
    const std::string_view source = migration.text("source_region");
    if (!source.empty() && source == migration.text("target_region")) {
      add(migration, "target_region",
          fmt::format("expected another region than source_region, found \"{}\" for both",
                      printable(source, 60)));
    }
  }

  void check_realm(const MigrationSource& migration) {
    const std::string_view expected = realm_of_ocid(migration.text("source_instance_id"));
    if (expected.empty()) return;
    for (const char* key : {"source_compartment_id", "target_compartment_id", "target_subnet_id"}) {
      const std::string_view realm = realm_of_ocid(migration.text(key));
      if (!realm.empty() && realm != expected) {
        add(migration, key,
            fmt::format("lies in realm \"{}\", but source_instance_id in \"{}\"; nothing moves "
                        "between realms",
                        realm, expected));
      }
    }
  }

  void check_ads(const MigrationSource& migration) {
    const JsonNode* further = migration.find("further_ads");
    if (!further) return;
    const std::string_view volumes = migration.text("volumes");
    if (!further->items.empty() && !volumes.empty() && volumes != "none")
      add(migration, "further_ads",
          "the volumes move to target_ad, and the instance must be where they are; leave this out, "
          "or have \"volumes\": \"none\"");
    for (const JsonNode& ad : further->items) {
      if (ad.kind == Kind::string && ad.text == migration.text("target_ad"))
        add(migration, "further_ads",
            fmt::format("{} is target_ad already; list only others", describe(ad)));
    }
  }

  void check_metadata(const MigrationSource& migration) {
    const JsonNode* metadata = migration.find("metadata");
    if (!metadata) return;
    std::size_t bytes = 0;
    for (const JsonMember& member : metadata->members)
      bytes += member.key.size() + member.value.text.size();
    if (bytes > kMaxMetadataBytes) {
      add(migration, "metadata",
          fmt::format("expected at most {} bytes in all, found {}", kMaxMetadataBytes, bytes));
    }
    const JsonNode* user_data = metadata->find("user_data");
    if (user_data && user_data->kind == Kind::string && !is_base64(user_data->text)) {
      problems_.add(user_data->offset, migration.path_of("metadata") + ".user_data",
                    "expected base64, as OCI wants it, found something else (not shown, it may be "
                    "secret)");
    }
    const JsonNode* keys = metadata->find("ssh_authorized_keys");
    if (keys && migration.find("ssh_authorized_keys_file")) {
      problems_.add(keys->offset, migration.path_of("metadata") + ".ssh_authorized_keys",
                    "ssh_authorized_keys_file gives the keys already; keep one of the two");
    }
  }

  void check_retry(const MigrationSource& migration) {
    const JsonNode* retry = migration.find("retry");
    const JsonNode* base = retry ? retry->find("base_seconds") : nullptr;
    const JsonNode* cap = retry ? retry->find("cap_seconds") : nullptr;
    if (base && cap && number_value(base->text) > number_value(cap->text)) {
      problems_.add(cap->offset, migration.path_of("retry") + ".cap_seconds",
                    fmt::format("expected at least base_seconds ({}), found {}", describe(*base),
                                describe(*cap)));
    }
  }

  void check_transfer(const MigrationSource& migration) {
    const JsonNode* oci = root_.find("oci");
    const JsonNode* auth = oci ? oci->find("auth") : nullptr;
    if (auth && auth->text == "instance_principal" && migration.text("transfer") != "par") {
      add(migration, "transfer",
          "with oci.auth \"instance_principal\" this must be \"par\": OCI lets instance principals "
          "export and import images by pre-authenticated request only");
    }
  }

  void check_names() {
    for (std::size_t i = 0; i < migrations_.size(); ++i) {
      const std::string name = migrations_[i].name();
      if (name.empty()) continue;
      const auto [first, added] = index_.emplace(name, i);
      if (!added)
        add(migrations_[i], "name",
            fmt::format("\"{}\" is the name of {}, too; names must differ", printable(name, 63),
                        migrations_[first->second].path));
    }
  }

  // Two things of one name in one place would each be taken for a foreign one by the other.
  void check_shared_names() {
    std::unordered_map<std::string, const MigrationSource*> users;
    const auto check = [&](const MigrationSource& migration, std::string_view key,
                           const std::string& name, std::string_view region_key,
                           std::string_view compartment_key) {
      if (name.empty()) return;
      const std::string place = fmt::format("{}\n{}\n{}\n{}", key, migration.text(region_key),
                                            migration.text(compartment_key), name);
      const auto [first, added] = users.emplace(place, &migration);
      if (!added && first->second->name() != migration.name())  // else it was said already
        add(migration, key,
            fmt::format(
                "\"{}\" is also what {} makes in the same region and compartment; give each "
                "its own name",
                printable(name, 60), first->second->path));
    };
    for (const MigrationSource& migration : migrations_) {
      check(migration, "new_image_name", migration.new_image_name(), "source_region",
            "source_compartment_id");
      check(migration, "new_instance_name", migration.new_instance_name(), "target_region",
            "target_compartment_id");
    }
  }

  // A bucket is replicated to one other, and from one.
  void check_shared_buckets() {
    std::unordered_map<std::string, const MigrationSource*> users;
    const auto check = [&](const MigrationSource& migration, std::string_view key,
                           std::string_view bucket, std::string_view region_key) {
      const std::string place = fmt::format("{}\n{}\n{}", key, migration.text(region_key), bucket);
      const auto [first, added] = users.emplace(place, &migration);
      if (!added)
        add(migration, key,
            fmt::format("bucket \"{}\" is that of {}, too; OCI replicates a bucket to one other",
                        printable(bucket, 60), first->second->path));
    };
    for (const MigrationSource& migration : migrations_) {
      const std::string_view source = migration.text("source_bucket_name");
      if (source.empty()) continue;
      const std::string_view target = migration.text("target_bucket_name");
      check(migration, "source_bucket_name", source, "source_region");
      check(migration, "target_bucket_name", target.empty() ? source : target, "target_region");
    }
  }

  void check_dependencies() {
    std::vector<std::vector<std::size_t>> needs(migrations_.size());
    std::vector<std::string_view> names;
    for (const auto& [name, i] : index_) names.push_back(name);
    for (std::size_t i = 0; i < migrations_.size(); ++i) {
      const JsonNode* list = migrations_[i].own->find("depends_on");
      if (!list || migrations_[i].flat()) continue;
      for (std::size_t k = 0; k < list->items.size(); ++k) {
        const JsonNode& item = list->items[k];
        if (item.kind != Kind::string) continue;
        if (const auto found = index_.find(item.text); found != index_.end()) {
          needs[i].push_back(found->second);
          continue;
        }
        const std::string_view near = nearest(item.text, names);
        problems_.add(
            item.offset, fmt::format("{}[{}]", join_path(migrations_[i].path, "depends_on"), k),
            fmt::format(
                "no migration is named {}{}", describe(item),
                near.empty() ? "" : fmt::format("; did you mean \"{}\"?", printable(near, 63))));
      }
    }
    check_cycles(needs);
  }

  // Takes away what depends on nothing that is left, until nothing more can go: what stays is on a
  // cycle, or depends on one.
  void check_cycles(const std::vector<std::vector<std::size_t>>& needs) {
    std::vector<std::vector<std::size_t>> needed_by(needs.size());
    std::vector<std::size_t> open(needs.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      open[i] = needs[i].size();
      for (const std::size_t need : needs[i]) needed_by[need].push_back(i);
      if (open[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
      const std::size_t done = ready.back();
      ready.pop_back();
      for (const std::size_t i : needed_by[done])
        if (--open[i] == 0) ready.push_back(i);
    }
    const auto stuck = std::find_if(open.begin(), open.end(), [](auto n) { return n > 0; });
    if (stuck == open.end()) return;

    std::vector<std::size_t> trail = {static_cast<std::size_t>(stuck - open.begin())};
    std::vector<bool> visited(needs.size());
    while (!visited[trail.back()]) {
      visited[trail.back()] = true;
      const auto& next = needs[trail.back()];
      trail.push_back(*std::find_if(next.begin(), next.end(), [&](auto i) { return open[i] > 0; }));
    }
    const auto begin = std::find(trail.begin(), trail.end(), trail.back());
    std::string cycle;
    const std::size_t length = static_cast<std::size_t>(trail.end() - begin);
    constexpr std::size_t kMostShown = 20;
    for (std::size_t k = 0; k < length; ++k) {
      if (k == kMostShown && length > kMostShown + 1) {
        cycle += " → …";
        k = length - 1;
      }
      if (!cycle.empty()) cycle += " → ";
      cycle += printable(migrations_[*(begin + static_cast<std::ptrdiff_t>(k))].name(), 63);
    }
    add(migrations_[*begin], "depends_on", "these wait for one another: " + cycle);
  }

  const std::vector<MigrationSource>& migrations_;
  const JsonNode& root_;
  const WorkflowForm& form_;
  Problems& problems_;
  std::unordered_map<std::string, std::size_t> index_;  // of migrations, by name
};

}  // namespace

const JsonNode* MigrationSource::find(std::string_view key) const {
  if (const JsonNode* value = own->find(key)) return value;
  if (defaults) {
    if (const JsonNode* value = defaults->find(key)) return value;
  }
  return top ? top->find(key) : nullptr;
}

std::string_view MigrationSource::text(std::string_view key) const {
  const JsonNode* value = find(key);
  return value && value->kind == Kind::string ? std::string_view(value->text) : std::string_view();
}

std::string MigrationSource::path_of(std::string_view key) const {
  if (!own->find(key)) {
    if (defaults && defaults->find(key)) return join_path("defaults", key);
    if (top && top->find(key)) return join_path("", key);
  }
  return join_path(path, key);
}

std::string MigrationSource::name() const {
  const JsonNode* given = own->find("name");
  if (given) return given->kind == Kind::string ? given->text : "";
  if (!flat()) return "";
  for (const char* key : {"new_instance_name", "new_volume_name", "source_bucket_name"})
    if (is_migration_name(text(key))) return std::string(text(key));
  return "migration";
}

std::string MigrationSource::new_image_name() const {
  const std::string_view given = text("new_image_name");
  if (!given.empty() || flat()) return std::string(given);
  const std::string own_name = name();
  return own_name.empty() ? "" : own_name + "-image";
}

std::string MigrationSource::new_instance_name() const {
  const std::string_view given = text("new_instance_name");
  return !given.empty() || flat() ? std::string(given) : name();
}

void check_plan(const std::vector<MigrationSource>& migrations, const JsonNode& root,
                const WorkflowForm& form, Problems& problems) {
  PlanCheck(migrations, root, form, problems).run();
}

}  // namespace migledger::adapters
