#include "adapters/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "adapters/config/old_state_file.h"
#include "adapters/config/rules/check.h"
#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/plan_rules.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/rules/workflow_form.h"
#include "adapters/config/text/json_node.h"
#include "ledger/base/printable.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kMaxSshKeyBytes = 16 * 1024;

// An event holds 65,535 bytes (ledger/event/event.capnp); the plan of a migration must leave some of them
// to its names and steps.
constexpr std::size_t kMaxRecordedBytes = 60'000;

// What Cap'n Proto takes for a field: two pointers, two texts with their zero, whole words.
std::size_t recorded_size(const ledger::Fields& fields) {
  std::size_t bytes = 0;
  fields.for_each([&](std::string_view name, std::string_view value) {
    bytes += 16 + (name.size() + 8) / 8 * 8 + (workflow::sealed_size(value) + 8) / 8 * 8;
  });
  return bytes;
}

// ---- reading values that were checked ----------------------------------------------------------

template <typename Number>
void take_number(const JsonNode* value, Number& out) {
  if (value) out = static_cast<Number>(*number_value(value->text));
}

void take_text(const JsonNode* value, std::string& out) {
  if (value) out = value->text;
}

template <typename Find>
Settings read_settings(const Find& find) {
  Settings settings;
  take_number(find("poll_interval_seconds"), settings.poll_interval_seconds);
  take_number(find("settle_seconds"), settings.settle_seconds);
  if (const JsonNode* retry = find("retry")) {
    take_number(retry->find("max_attempts"), settings.retry.max_attempts);
    take_number(retry->find("base_seconds"), settings.retry.base_seconds);
    take_number(retry->find("cap_seconds"), settings.retry.cap_seconds);
    take_number(retry->find("max_generations"), settings.retry.max_generations);
    // Given alone, one of the two may pass the default of the other; what was given holds.
    if (!retry->find("cap_seconds"))
      settings.retry.cap_seconds =
          std::max(settings.retry.cap_seconds, settings.retry.base_seconds);
    if (!retry->find("base_seconds"))
      settings.retry.base_seconds =
          std::min(settings.retry.base_seconds, settings.retry.cap_seconds);
  }
  if (const JsonNode* timeouts = find("timeouts")) {
    for (const JsonMember& member : timeouts->members)
      take_number(&member.value, settings.timeouts[member.key]);
  }
  return settings;
}

void set_settings(const Settings& settings, ledger::Fields& fields) {
  const RetrySettings& retry = settings.retry;
  fields.set("poll_interval_seconds", number_text(settings.poll_interval_seconds));
  fields.set("settle_seconds", number_text(settings.settle_seconds));
  fields.set("retry", fmt::format(R"({{"base_seconds":{},"cap_seconds":{},"max_attempts":{},)"
                                  R"("max_generations":{}}})",
                                  number_text(retry.base_seconds), number_text(retry.cap_seconds),
                                  retry.max_attempts, retry.max_generations));
  std::string timeouts;
  for (const auto& [step, seconds] : settings.timeouts) {
    if (!timeouts.empty()) timeouts += ',';
    timeouts += to_json_string(step) + ":" + number_text(seconds);
  }
  fields.set("timeouts", "{" + timeouts + "}");
}

// ---- files the configuration names -------------------------------------------------------------

// Many migrations name the same file of keys, so each is read once.
class SshKeyFiles {
 public:
  explicit SshKeyFiles(const ReadFile& read) : read_(read) {}

  struct Result {
    std::string keys;
    std::string problem;  // empty: good
  };

  const Result& get(const std::string& path) {
    const auto [entry, added] = results_.try_emplace(path);
    if (added) entry->second = load(path);
    return entry->second;
  }

 private:
  Result load(const std::string& path) const {
    try {
      std::string keys = read_(path, kMaxSshKeyBytes);
      if (keys.find("PRIVATE KEY") != std::string::npos)
        return {"", "holds a private key; name the file with the public keys (\"….pub\")"};
      if (!is_multi_line_text(keys)) return {"", "is not a text file of public keys"};
      if (keys.find_first_not_of(" \t\r\n") == std::string::npos) return {"", "holds no key"};
      if (!is_public_key_file(keys))
        return {"", "has a line that is no public key such as \"ssh-ed25519 AAAA… name\""};
      if (keys.find("${secret:") != std::string::npos)
        return {"", "holds \"${secret:\", which is reserved for migledger's own use"};
      return {std::move(keys), ""};
    } catch (const FileError& e) {
      return {"", e.what()};
    }
  }

  const ReadFile& read_;
  std::unordered_map<std::string, Result> results_;
};

void check_ssh_keys(const MigrationSource& migration, SshKeyFiles& files, Problems& problems) {
  const JsonNode* path = migration.find("ssh_authorized_keys_file");
  if (!path || path->kind != Kind::string || !is_path(path->text)) return;
  if (const std::string& problem = files.get(path->text).problem; !problem.empty()) {
    problems.add(path->offset, migration.path_of("ssh_authorized_keys_file"),
                 describe(*path) + ": " + problem);
  }
}

// OCI takes so many bytes of metadata, the keys from the file among them.
void check_metadata_size(const MigrationSource& migration, SshKeyFiles& files, Problems& problems) {
  std::size_t bytes = 0;
  const JsonNode* metadata = migration.find("metadata");
  if (metadata)
    for (const JsonMember& member : metadata->members)
      bytes += member.key.size() + member.value.text.size();
  const JsonNode* path = migration.find("ssh_authorized_keys_file");
  if (path && path->kind == Kind::string && is_path(path->text)) {
    const std::string& keys = files.get(path->text).keys;
    if (!keys.empty()) bytes += std::string_view("ssh_authorized_keys").size() + keys.size();
  }
  if (bytes > kMostMetadataBytes)
    add_problem(migration, metadata ? "metadata" : "ssh_authorized_keys_file",
                fmt::format("expected at most {} bytes of metadata in all, the ssh keys among "
                            "them, found {}",
                            kMostMetadataBytes, bytes),
                problems);
}

// ---- resolving ---------------------------------------------------------------------------------

// The metadata with placeholders: people invent its keys, and its values reach a machine, so each
// is a secret but for those that are known to be public.
std::string resolve_metadata(JsonNode metadata, workflow::Secrets& secrets) {
  for (JsonMember& member : metadata.members) {
    if (workflow::is_public_metadata(member.key)) continue;
    member.value.text = secrets.add(member.key, member.value.text);
  }
  return to_json(metadata);
}

ledger::Fields compute_fields(const MigrationSource& source, SshKeyFiles& ssh_keys,
                              workflow::Secrets& secrets) {
  ledger::Fields fields;
  for (const char* key : {"source_region", "target_region", "source_compartment_id",
                          "target_compartment_id", "migration_bucket_name", "source_instance_id",
                          "target_ad", "target_subnet_id", "target_instance_shape"})
    fields.set(key, source.text(key));
  fields.set("new_image_name", source.new_image_name());
  fields.set("new_instance_name", source.new_instance_name());
  fields.set("target_bucket_name", source.find("target_bucket_name")
                                       ? source.text("target_bucket_name")
                                       : source.text("migration_bucket_name"));
  fields.set("transfer", source.find("transfer") ? source.text("transfer") : "copy");
  const JsonNode* downtime = source.find("allow_source_downtime");
  fields.set("allow_source_downtime", downtime ? downtime->text : "false");
  for (const char* key : {"keep_imported_image", "keep_source_boot_volume", "quiet_period_seconds"})
    if (const JsonNode* value = source.find(key)) fields.set(key, to_json(*value));
  for (const char* key : {"further_ads", "fault_domains", "shape_config", "freeform_tags",
                          "defined_tags", "launch_options"}) {
    if (const JsonNode* value = source.find(key)) fields.set(key, to_json(*value));
  }
  if (const JsonNode* metadata = source.find("metadata"))
    fields.set("metadata", resolve_metadata(*metadata, secrets));
  if (const JsonNode* path = source.find("ssh_authorized_keys_file"))
    fields.set("ssh_authorized_keys", ssh_keys.get(path->text).keys);
  if (source.find("volumes")) fields.set("volumes", source.text("volumes"));
  return fields;
}

workflow::PlannedMigration resolve(const MigrationSource& source, const WorkflowForm& form,
                                   SshKeyFiles& ssh_keys, workflow::Secrets& secrets) {
  workflow::PlannedMigration migration;
  migration.name = source.name();
  if (const JsonNode* needs = source.own->find("depends_on")) {
    for (const JsonNode& item : needs->items) migration.depends_on.push_back(item.text);
  }
  ledger::Fields fields =
      form.fields ? form.fields(source) : compute_fields(source, ssh_keys, secrets);
  set_settings(read_settings([&](std::string_view key) { return source.find(key); }), fields);
  migration.fields = fields.sorted();
  return migration;
}

void read_run_settings(const JsonNode& root, Config& config) {
  config.settings = read_settings([&](std::string_view key) { return root.find(key); });
  take_text(root.find("ledger_path"), config.ledger_path);
  take_text(root.find("log_file"), config.log_file);
  take_text(root.find("checkpoint_key"), config.checkpoint_key);
  take_number(root.find("parallel"), config.parallel);
  if (const JsonNode* oci = root.find("oci")) {
    take_text(oci->find("program"), config.oci.program);
    take_text(oci->find("config_file"), config.oci.config_file);
    take_text(oci->find("profile"), config.oci.profile);
    take_text(oci->find("auth"), config.oci.auth);
    take_number(oci->find("parallel"), config.oci.parallel);
    take_number(oci->find("call_timeout_seconds"), config.oci.call_timeout_seconds);
  }
  if (const JsonNode* endpoints = root.find("endpoints")) {
    for (const JsonMember& member : endpoints->members)
      config.endpoints.set(member.key, member.value.text);
  }
}

bool is_plan_of_many(const JsonNode& root) {
  return root.find("migrations") != nullptr || root.find("defaults") != nullptr;
}

std::vector<MigrationSource> find_migrations(const JsonNode& root) {
  if (!is_plan_of_many(root)) return {MigrationSource{"", &root, nullptr, nullptr}};
  const JsonNode* defaults = root.find("defaults");
  if (defaults && defaults->kind != Kind::object) defaults = nullptr;
  std::vector<MigrationSource> out;
  if (const JsonNode* migrations = root.find("migrations")) {
    for (std::size_t i = 0; i < migrations->items.size(); ++i) {
      if (migrations->items[i].kind == Kind::object)
        out.push_back({fmt::format("migrations[{}]", i), &migrations->items[i], defaults, &root});
    }
  }
  return out;
}

// By the form of which workflow the file is to be read: its own word, or else the caller's.
const WorkflowForm& form_for(const JsonNode& root, std::string_view wanted, Problems& problems) {
  const JsonNode* own = root.find("workflow");
  const std::string_view named =
      own && own->kind == Kind::string ? std::string_view(own->text) : std::string_view();
  if (!wanted.empty() && !named.empty() && named != wanted)
    problems.add(own->offset, "workflow",
                 fmt::format("is {}, but --workflow says \"{}\"; keep one of the two",
                             describe(*own), printable(wanted, 40)));
  const WorkflowForm* form = form_of(named.empty() ? wanted : named);
  return form ? *form : *form_of("compute");
}

void check_keys(const JsonNode& root, const std::vector<MigrationSource>& migrations,
                std::span<const KeyRule> keys, Problems& problems) {
  if (!is_plan_of_many(root)) return check_object(root, keys, kFlat, "", problems);
  check_object(root, keys, kTop, "", problems);
  if (const JsonNode* defaults = root.find("defaults"); defaults && defaults->kind == Kind::object)
    check_object(*defaults, keys, kDefaults, "defaults", problems);
  for (const MigrationSource& migration : migrations)
    check_object(*migration.own, keys, kMigration, migration.path, problems);
  if (!root.find("migrations"))
    problems.add(root.offset, "migrations",
                 "this key is missing; \"defaults\" are of use only to a plan of many");
}

JsonNode parse_root(std::string_view content, Problems& problems) {
  try {
    JsonNode root = parse_json(content);
    if (root.kind == Kind::object) return root;
    problems.add(root.offset, "", "expected an object, found " + describe(root));
  } catch (const JsonSyntaxError& e) {
    problems.add(e.offset, "", e.what());
  }
  problems.throw_if_any();
  return {};
}

}  // namespace

Config load_config(const std::string& path, const ReadFile& read, std::string_view workflow) {
  std::string content;
  try {
    content = read(path, kMaxConfigBytes);
  } catch (const FileError& e) {
    std::string message = e.what();
    if (e.missing) message += "; name another file, or write one with \"migledger init\"";
    throw ConfigError({Problem{printable(path), 0, 0, "", std::move(message)}});
  }
  return parse_config(content, path, read, workflow);
}

Config parse_config(std::string_view content, const std::string& file, const ReadFile& read,
                    std::string_view workflow) {
  Problems problems(file, content);
  const JsonNode root = parse_root(content, problems);
  const std::vector<MigrationSource> migrations = find_migrations(root);
  const WorkflowForm& form = form_for(root, workflow, problems);
  SshKeyFiles ssh_keys(read);
  check_keys(root, migrations, form.keys, problems);
  check_plan(migrations, root, form, problems);
  for (const MigrationSource& migration : migrations) {
    check_ssh_keys(migration, ssh_keys, problems);
    if (!form.fields) check_metadata_size(migration, ssh_keys, problems);
  }
  problems.throw_if_any();

  Config config;
  read_run_settings(root, config);
  for (const MigrationSource& migration : migrations) {
    config.plan.migrations.push_back(resolve(migration, form, ssh_keys, config.plan.secrets));
  }
  config.plan.workflow = form.workflow;
  if (!is_plan_of_many(root) && form.workflow == "compute") {
    config.state_file_path = "migration_state.json";  // what the old script took by default
    take_text(root.find("state_file_path"), config.state_file_path);
    ledger::Fields& fields = config.plan.migrations.front().fields;
    read_old_state_file(config.state_file_path, read)
        .for_each([&](std::string_view name, std::string_view value) { fields.set(name, value); });
    fields = fields.sorted();
  }
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const std::size_t bytes = recorded_size(config.plan.migrations[i].fields);
    if (bytes > kMaxRecordedBytes) {
      problems.add(migrations[i].own->offset, migrations[i].path,
                   fmt::format("this migration takes {} bytes to record, the ledger takes {}; "
                               "shorten metadata, ssh keys, tags or launch_options",
                               bytes, kMaxRecordedBytes));
    }
  }
  problems.throw_if_any();
  return config;
}

}  // namespace migledger::adapters
