#include "adapters/config/rules/plan_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "adapters/config/rules/check.h"
#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/launch_rules.h"
#include "adapters/config/rules/place_rules.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/rules/shared_rules.h"
#include "adapters/config/rules/tag_rules.h"
#include "adapters/config/rules/workflow_form.h"
#include "adapters/config/text/nearest.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

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
      check_places(migration, root_, problems_);
      check_tags(migration, problems_);
      if (form_.check) form_.check(migration, problems_);
      if (!form_.fields) {
        check_ads(migration);
        check_launch(migration, problems_);
        check_transfer(migration);
      }
    }
    check_names();
    check_shared(migrations_, problems_);
    check_dependencies();
  }

 private:
  void add(const MigrationSource& migration, std::string_view key, std::string message) {
    add_problem(migration, key, std::move(message), problems_);
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

void add_problem(const MigrationSource& migration, std::string_view key, std::string message,
                 Problems& problems) {
  const JsonNode* value = migration.find(key);
  problems.add(value ? value->offset : migration.own->offset, migration.path_of(key),
               std::move(message));
}

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
