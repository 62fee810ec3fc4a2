#include "adapters/config/rules/rules.h"

#include <algorithm>

#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/launch_keys.h"
#include "adapters/config/rules/value_rules.h"

namespace migledger::adapters {

namespace {

using Kind = JsonNode::Kind;
using std::string_view;

constexpr double kWeek = 7.0 * 24 * 3600;

// ---- single values -----------------------------------------------------------------------------

bool is_anything(string_view) { return true; }
bool is_image_id(string_view text) { return is_ocid(text, "image"); }
bool is_subnet_id(string_view text) { return is_ocid(text, "subnet"); }
bool is_compartment_id(string_view text) {
  return is_ocid(text, "compartment") || is_ocid(text, "tenancy");
}

constexpr ValueRule kText = text_rule("a string", is_anything);
constexpr ValueRule kBoolean = boolean_rule();
constexpr ValueRule kRegion = text_rule(R"(a region such as "us-ashburn-1")", is_region);
constexpr ValueRule kCompartment = text_rule(
    R"(the OCID of a compartment or tenancy ("ocid1.compartment.oc1..…"))", is_compartment_id);
constexpr ValueRule kInstance =
    text_rule(R"(the OCID of an instance ("ocid1.instance.oc1.…"))", is_instance_id);
constexpr ValueRule kImage =
    text_rule(R"(the OCID of an image ("ocid1.image.oc1.…"))", is_image_id);
constexpr ValueRule kSubnet =
    text_rule(R"(the OCID of a subnet ("ocid1.subnet.oc1.…"))", is_subnet_id);
constexpr ValueRule kBucket =
    text_rule(R"(a bucket name: 1 to 256 letters, digits, "-", "_" and ".")", is_bucket_name);
constexpr ValueRule kAd =
    text_rule(R"(an availability domain with the tenancy's prefix, such as "Uocm:PHX-AD-1")",
              is_availability_domain);
constexpr ValueRule kFaultDomain =
    text_rule(R"("FAULT-DOMAIN-1", "FAULT-DOMAIN-2" or "FAULT-DOMAIN-3")", is_fault_domain_name);
constexpr ValueRule kShape = text_rule(R"(a shape such as "VM.Standard.E4.Flex")", is_shape);
constexpr ValueRule kDisplayName =
    text_rule("a name of 1 to 255 characters without control characters", is_display_name);
constexpr ValueRule kMigrationName = text_rule(
    R"(a name of 1 to 63 letters, digits, ".", "_" and "-" that begins with a letter or digit)",
    is_migration_name);
constexpr ValueRule kPath = text_rule("the path of a file or directory", is_path);
constexpr ValueRule kUrl = text_rule(
    R"(a base URL such as "https://host.example:8443", without user or query)", is_base_url);

// ---- shape_config, metadata, tags --------------------------------------------------------------

constexpr ValueRule kOcpus = number_rule("a number of OCPUs from 0.1 to 1024", 0.1, 1024);
constexpr ValueRule kMemory = number_rule("gigabytes of memory from 0.5 to 65536", 0.5, 65536);
constexpr ValueRule kVcpus = step_rule("an even number from 2 to 2048", 2, 2048, 2);
constexpr ValueRule kNvmes = whole_rule("a whole number from 0 to 128", 0, 128);
constexpr ValueRule kLocalSize = whole_rule("gigabytes, from 1 to 1000000", 1, 1'000'000);
constexpr string_view kBaselineWords[] = {"BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"};
constexpr ValueRule kBaseline =
    word_rule(R"("BASELINE_1_8", "BASELINE_1_2" or "BASELINE_1_1")", kBaselineWords);
constexpr KeyRule kShapeConfigKeys[] = {{"ocpus", &kOcpus},
                                        {"memoryInGBs", &kMemory},
                                        {"vcpus", &kVcpus},
                                        {"nvmes", &kNvmes},
                                        {"localVolumeSizeInGBs", &kLocalSize},
                                        {"baselineOcpuUtilization", &kBaseline}};
constexpr ValueRule kShapeConfig =
    object_rule(R"(an object such as {"ocpus": 2, "memoryInGBs": 16})", kShapeConfigKeys);

constexpr ValueRule metadata_value_rule() {
  ValueRule rule =
      text_rule("a string without control characters but tab and line ends", is_multi_line_text);
  rule.hidden = true;
  return rule;
}
constexpr ValueRule kMetadataValue = metadata_value_rule();
constexpr ValueRule kMetadata =
    map_rule("an object of strings, at most 128 of them", is_metadata_key,
             R"(a key of 1 to 255 letters, digits, ".", "_" and "-")", &kMetadataValue, 128);

constexpr ValueRule kTags = map_rule(
    "an object of at most 7 strings (OCI takes 10 tags, three are migledger's own)", is_tag_key,
    R"(a tag of 1 to 100 ASCII characters without space and ".", not beginning with "migledger-")",
    &kTagValue, kMostFreeformTags - 3);

// ---- settings of the run -----------------------------------------------------------------------

constexpr ValueRule kPollInterval = number_rule("seconds, from 0.1 to 3600", 0.1, 3600);
// OCI takes requests dated up to five minutes off: a shorter absence proves nothing.
constexpr ValueRule kQuietPeriod =
    number_rule("seconds, from 0 to 31536000 (a year)", 0, 31'536'000);
constexpr ValueRule kSettle = number_rule("seconds, from 300 to 86400", 300, 86400);
constexpr ValueRule kParallel = whole_rule("a whole number from 1 to 100000", 1, 100000);

constexpr ValueRule kAttempts = whole_rule("a whole number from 1 to 1000", 1, 1000);
constexpr ValueRule kBackOff = number_rule("seconds, from 0.01 to 86400", 0.01, 86400);
constexpr ValueRule kGenerations = whole_rule("a whole number from 1 to 100", 1, 100);
constexpr KeyRule kRetryKeys[] = {{"max_attempts", &kAttempts},
                                  {"base_seconds", &kBackOff},
                                  {"cap_seconds", &kBackOff},
                                  {"max_generations", &kGenerations}};
constexpr ValueRule kRetry = object_rule(R"(an object such as {"max_attempts": 8})", kRetryKeys);

constexpr ValueRule kTimeout = number_rule("seconds, from 1 to 604800 (a week)", 1, kWeek);
// Only waiting steps have a time limit.
constexpr KeyRule kTimeoutKeys[] = {{"default", &kTimeout},
                                    {"await-image", &kTimeout},
                                    {"await-export", &kTimeout},
                                    {"await-no-export-par", &kTimeout},
                                    {"await-copy", &kTimeout},
                                    {"await-import", &kTimeout},
                                    {"await-no-import-par", &kTimeout},
                                    {"await-running", &kTimeout},
                                    {"await-replica", &kTimeout},
                                    {"await-sync", &kTimeout},
                                    {"await-fence", &kTimeout},
                                    {"await-backup", &kTimeout},
                                    {"await-backup-copy", &kTimeout},
                                    {"await-volume", &kTimeout},
                                    {"await-attachment", &kTimeout},
                                    {"await-hydration", &kTimeout},
                                    {"await-no-replica", &kTimeout},
                                    {"await-replica-removed", &kTimeout},
                                    {"survey", &kTimeout},
                                    {"back-fill", &kTimeout},
                                    {"back-fill-again", &kTimeout},
                                    {"catch-up", &kTimeout},
                                    {"compare", &kTimeout}};
constexpr ValueRule kTimeouts =
    object_rule(R"(an object such as {"default": 3600, "await-copy": 14400})", kTimeoutKeys);

constexpr ValueRule kEndpoints = map_rule("an object from region to base URL", is_region,
                                          R"(a region such as "us-ashburn-1")", &kUrl);

constexpr string_view kAuthWords[] = {
    "api_key",           "security_token",     "instance_principal",
    "instance_obo_user", "resource_principal", "oke_workload_identity"};
constexpr ValueRule kAuth =
    word_rule(R"("api_key", "security_token", "instance_principal", "instance_obo_user", )"
              R"("resource_principal" or "oke_workload_identity")",
              kAuthWords);
constexpr ValueRule kOciParallel = whole_rule("a whole number from 1 to 64", 1, 64);
constexpr ValueRule kCallTimeout = number_rule("seconds, from 5 to 600", 5, 600);
constexpr KeyRule kOciKeys[] = {
    {"program", &kPath}, {"config_file", &kPath},     {"profile", &kDisplayName},
    {"auth", &kAuth},    {"parallel", &kOciParallel}, {"call_timeout_seconds", &kCallTimeout}};
constexpr ValueRule kOci = object_rule(R"(an object such as {"profile": "DEFAULT"})", kOciKeys);

constexpr string_view kWorkflowWords[] = {"compute", "volume-replication", "storage-replication"};
constexpr ValueRule kWorkflow =
    word_rule(R"("compute", "volume-replication" or "storage-replication")", kWorkflowWords);
constexpr string_view kVolumesWords[] = {"none", "replicate", "backup"};
constexpr ValueRule kVolumes = word_rule(R"("none", "replicate" or "backup")", kVolumesWords);
constexpr string_view kTransferWords[] = {"copy", "par"};
constexpr ValueRule kTransfer = word_rule(R"("copy" or "par")", kTransferWords);
constexpr ValueRule kAds = list_rule("an array of up to 8 availability domains", &kAd, 0, 8);
constexpr ValueRule kFaultDomains =
    list_rule("an array of up to 3 fault domains", &kFaultDomain, 0, 3);
constexpr ValueRule kDependsOn = list_rule("an array of names of migrations", &kMigrationName, 0,
                                           std::numeric_limits<std::size_t>::max());

// What stands inside is checked with the places kDefaults and kMigration.
constexpr ValueRule kDefaultsObject = object_rule("an object", {});
constexpr ValueRule kMigrationObject = object_rule("an object", {});
constexpr ValueRule migrations_rule() {
  ValueRule rule = list_rule("an array of 1 to 100000 migrations", &kMigrationObject, 1, 100000);
  rule.unique = false;
  return rule;
}
constexpr ValueRule kMigrations = migrations_rule();

constexpr unsigned kSetting = kOfMigration | kTop;
constexpr unsigned kRun = kFlat | kTop;

constexpr KeyRule kConfigurationKeys[] = {
    {"source_region", &kRegion, kOfMigration, true},
    {"target_region", &kRegion, kOfMigration, true},
    {"source_compartment_id", &kCompartment, kOfMigration, true},
    {"target_compartment_id", &kCompartment, kOfMigration, true},
    {"migration_bucket_name", &kBucket, kOfMigration, true},
    {"target_bucket_name", &kBucket, kOfMigration},
    {"source_instance_id", &kInstance, kOfMigration, true},
    {"target_ad", &kAd, kOfMigration, true},
    {"further_ads", &kAds, kOfMigration},
    {"fault_domains", &kFaultDomains, kOfMigration},
    {"target_subnet_id", &kSubnet, kOfMigration, true},
    {"target_instance_shape", &kShape, kOfMigration, true},
    {"shape_config", &kShapeConfig, kOfMigration},
    {"new_image_name", &kDisplayName, kOfMigration, true},
    {"new_instance_name", &kDisplayName, kOfMigration, true},
    {"transfer", &kTransfer, kOfMigration},
    {"volumes", &kVolumes, kOfMigration},
    {"metadata", &kMetadata, kOfMigration},
    {"ssh_authorized_keys_file", &kPath, kOfMigration},
    {"freeform_tags", &kTags, kOfMigration},
    {"defined_tags", &kDefinedTags, kOfMigration},
    {"launch_options", &kLaunchOptions, kOfMigration},
    {"allow_source_downtime", &kBoolean, kOfMigration},
    {"keep_imported_image", &kBoolean, kOfMigration},
    {"keep_source_boot_volume", &kBoolean, kOfMigration},
    {"quiet_period_seconds", &kQuietPeriod, kOfMigration},
    {"poll_interval_seconds", &kPollInterval, kSetting},
    {"settle_seconds", &kSettle, kSetting},
    {"retry", &kRetry, kSetting},
    {"timeouts", &kTimeouts, kSetting},
    {"workflow", &kWorkflow, kRun},
    {"ledger_path", &kPath, kRun},
    {"log_file", &kPath, kRun},
    {"checkpoint_key", &kPath, kRun},
    {"parallel", &kParallel, kRun},
    {"oci", &kOci, kRun},
    {"endpoints", &kEndpoints, kRun},
    {"$schema", &kText, kRun},
    {"name", &kMigrationName, kFlat | kMigration},
    {"depends_on", &kDependsOn, kMigration},
    {"state_file_path", &kPath, kFlat},
    {"defaults", &kDefaultsObject, kTop},
    {"migrations", &kMigrations, kTop},
};

// ---- the old script's state file ---------------------------------------------------------------

constexpr KeyRule kImageDetailKeys[] = {
    {"os", &kText}, {"os_ver", &kText}, {"launch_mode", &kText}};
constexpr ValueRule kImageDetails =
    object_rule(R"(an object with "os", "os_ver" and "launch_mode")", kImageDetailKeys);
constexpr KeyRule kOldStateKeys[] = {
    {"source_image_id", &kImage},
    {"source_image_available", &kBoolean},
    {"source_image_details", &kImageDetails},
    {"image_export_complete", &kBoolean},
    {"target_image_id", &kImage},
    {"target_instance_id", &kInstance},
    {"target_instance_running", &kBoolean},
};

}  // namespace

std::span<const KeyRule> configuration_keys() { return kConfigurationKeys; }

void add_shared_keys(std::vector<KeyRule>& keys, std::initializer_list<std::string_view> more) {
  constexpr std::string_view kShared[] = {"source_region",
                                          "target_region",
                                          "source_compartment_id",
                                          "target_compartment_id",
                                          "freeform_tags",
                                          "defined_tags",
                                          "poll_interval_seconds",
                                          "settle_seconds",
                                          "retry",
                                          "timeouts",
                                          "workflow",
                                          "ledger_path",
                                          "log_file",
                                          "checkpoint_key",
                                          "parallel",
                                          "oci",
                                          "endpoints",
                                          "$schema",
                                          "name",
                                          "depends_on",
                                          "defaults",
                                          "migrations"};
  for (const KeyRule& rule : configuration_keys())
    if (std::find(std::begin(kShared), std::end(kShared), rule.key) != std::end(kShared) ||
        std::find(more.begin(), more.end(), rule.key) != more.end())
      keys.push_back(rule);
}
std::span<const KeyRule> old_state_keys() { return kOldStateKeys; }

}  // namespace migledger::adapters
