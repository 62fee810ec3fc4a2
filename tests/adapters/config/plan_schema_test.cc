// The schema that ships and the validator agree: both hear the same samples, and the checker of
// the schema knows nothing of the validator.
#include "adapters/config/plan_schema.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>
#include <span>

#include "adapters/config/config.h"
#include "adapters/config/rules/rules.h"
#include "adapters/config/rules/storage_form.h"
#include "adapters/config/rules/volume_form.h"
#include "tests/support/paths.h"
#include "tests/support/sample_config.h"
#include "tests/support/schema_checker.h"
#include "tests/support/temp_directory.h"

using namespace migledger;
using namespace migledger::adapters;
namespace json = boost::json;

namespace {

json::value schema() { return json::parse({kPlanSchema.data(), kPlanSchema.size()}); }

std::string read(const std::string& path, std::size_t) {
  if (path == "keys.pub") return "ssh-ed25519 AAAA me\n";
  throw FileError(true, "there is no such file");
}

bool validator_takes(const json::object& config) {
  try {
    parse_config(json::serialize(config), "config.json", read);
    return true;
  } catch (const ConfigError&) {
    return false;
  }
}

std::set<std::string> keys_of(const json::value& definition) {
  std::set<std::string> out;
  for (const auto& member : definition.at("properties").as_object()) out.emplace(member.key());
  return out;
}

std::set<std::string> keys_at(unsigned place,
                              std::span<const KeyRule> keys = configuration_keys()) {
  std::set<std::string> out;
  for (const KeyRule& rule : keys)
    if (rule.places & place) out.emplace(rule.key);
  return out;
}

struct Sample {
  const char* key;
  const char* good;  // a JSON array of values that are right
  const char* bad;   // and of values that are wrong
};

// Values are wrong by themselves; what a schema cannot say is tested in config_test.cc.
const Sample kSamples[] = {
    {"source_region", R"(["us-ashburn-1"])",
     R"(["", "iad", "us-phoenix", "US-PHOENIX-1", "us-phoenix-1 ", "us-phoenix-100", 1, null])"},
    {"source_compartment_id", R"(["ocid1.tenancy.oc1..aaaa", "ocid1.compartment.oc1..x_-9"])",
     R"(["", "ocid1.user.oc1..aaaa", "ocid1.compartment.oc1..", "ocid1.compartment.oc1.aaaa.",
         "ocid1.compartment.oc1..a b", "xocid1.compartment.oc1..a", ["x"], {}])"},
    {"source_instance_id",
     R"(["ocid1.instance.oc1.us-ashburn-1.aaaa", "ocid1.instance.oc1.iad.x.aaaa"])",
     R"(["ocid1.image.oc1..aaaa", "ocid1.instance.oc1", true])"},
    {"target_subnet_id", R"(["ocid1.subnet.oc1.bog.aaaa"])", R"(["ocid1.vcn.oc1..aaaa", 1])"},
    {"migration_bucket_name", R"(["a", "A.b_c-9"])", R"(["", "a/b", "a b", "ü", 1])"},
    {"target_bucket_name", R"(["a"])", R"([""])"},
    {"target_ad", R"(["Uocm:SA-BOGOTA-1-AD-1", "x9:SA-BOGOTA-1-AD-3"])",
     R"(["", "AD", "Uocm:", "U:x:SA-BOGOTA-1-AD-1", "SA-BOGOTA-1-AD-1", "Uocm:SA-BOGOTA-1-AD-0",
         "Uocm:SA-BOGOTA-1-AD-4", "Uocm:SA-BOGOTA-1-AD-100", ":SA-BOGOTA-1-AD-1", 1])"},
    {"further_ads", R"([[], ["Uocm:SA-BOGOTA-1-AD-2"]])",
     R"([["x"], [1], "Uocm:PHX-AD-2", ["Uocm:PHX-AD-2", "Uocm:PHX-AD-2"]])"},
    {"fault_domains", R"([[], ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2"]])",
     R"([["FAULT-DOMAIN-0"], ["FAULT-DOMAIN-4"], ["FAULT-DOMAIN-1", "FAULT-DOMAIN-1"], {}])"},
    {"target_instance_shape", R"(["VM.Standard.E4.Flex", "BM.GPU4.8"])", R"(["", ".x", "a b", 1])"},
    {"shape_config",
     R"([{"ocpus": 1.5, "memoryInGBs": 16}, {"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"},
         {"vcpus": 2.0}, {"ocpus": 1, "nvmes": 0}])",
     R"([[], {"ocpus": 0}, {"ocpus": "1"}, {"memory": 1}, {"vcpus": 1.5}, {"vcpus": 3}, {"ocpus": 1, "nvmes": -1},
         {"ocpus": 1, "baselineOcpuUtilization": "x"}, {"ocpus": 1025},
         {"ocpus": 1, "localVolumeSizeInGBs": 0}])"},
    {"new_image_name", R"(["x", "zürich → 東京 😀"])", R"(["", "a\nb", "a\u001bb", "a\u0085b", 1])"},
    {"new_instance_name", R"(["x"])", R"(["", "\u007f", null])"},
    {"transfer", R"(["copy", "par"])", R"(["COPY", "", 1])"},
    {"volumes", R"(["none", "replicate", "backup"])", R"(["all", "", true])"},
    {"workflow", R"(["compute"])", R"(["Compute", "", 1])"},
    {"metadata", R"([{}, {"a.b-c_D": "x\ny\tz"}])",
     R"([{"a": 1}, {"a b": "x"}, {"": "x"}, {"a": "\u001b"}, {"a": {"b": "c"}}, []])"},
    {"ssh_authorized_keys_file", R"(["keys.pub"])", R"(["", 1, "a\u0000b"])"},
    {"freeform_tags", R"([{}, {"team": "", "a/b:c-d_e": "zürich → 東京"}])",
     R"([{"migledger-x": "a"}, {"MigLedger-x": "a"}, {"": "a"}, {"a": 1}, {"a": "\n"},
         {"ü": "a"}, {"a b": "a"}, {"a.b": "a"},
         {"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":""}])"},
    {"launch_options",
     R"([{}, {"nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.a"], "assignPublicIp": true},
         {"privateIp": "10.0.0.5", "hostnameLabel": "web-1", "skipSourceDestCheck": false},
         {"bootVolumeSizeInGBs": 100, "bootVolumeVpusPerGB": 20, "kmsKeyId": "ocid1.key.oc1.bog.vault.a"},
         {"agentConfig": {"isMonitoringDisabled": true}, "assignIpv6Ip": false},
         {"availabilityConfig": {"recoveryAction": "STOP_INSTANCE"}},
         {"capacityReservationId": "ocid1.capacityreservation.oc1.sa-bogota-1.a"},
         {"clusterPlacementGroupId": "ocid1.clusterplacementgroup.oc1.sa-bogota-1.a"},
         {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.a"},
         {"definedTags": {"Operations": {"CostCenter": "42"}}, "assignPrivateDnsRecord": true},
         {"instanceOptions": {"areLegacyImdsEndpointsDisabled": true}},
         {"isPvEncryptionInTransitEnabled": true, "launchOptions": {"firmware": "UEFI_64"}},
         {"platformConfig": {"type": "AMD_VM", "isSecureBootEnabled": true}},
         {"licensingConfigs": [{"type": "WINDOWS", "licenseType": "OCI_PROVIDED"}]},
         {"preemptibleInstanceConfig": {"preemptionAction": {"type": "TERMINATE"}}},
         {"securityAttributes": {"Oracle-ZPR": {"app": {"value": "web", "mode": "enforce"}}}},
         {"isAIEnterpriseEnabled": false, "subnetCidr": "10.0.0.0/24"},
         {"privateIpId": "ocid1.privateip.oc1.sa-bogota-1.a"},
         {"assignIpv6Ip": true,
          "ipv6AddressIpv6SubnetCidrPairDetails": [{"ipv6SubnetCidr": "2001:db8::/64"}]},
         {"agentConfig": {"pluginsConfig": [{"name": "Bastion", "desiredState": "ENABLED"}]}}])",
     R"([{"nsgIds": ["x"]}, {"nsgIds": "x"}, {"assignPublicIp": "yes"}, {"privateIp": "10.0.0.256"},
         {"privateIp": "10.0.0.05"}, {"hostnameLabel": "-x"}, {"hostnameLabel": "1x"},
         {"hostnameLabel": "x-"}, {"bootVolumeSizeInGBs": 10}, {"kmsKeyId": "ocid1.vault.oc1..a"},
         {"assign_public_ip": true}, {"compartmentId": "ocid1.compartment.oc1..a"},
         {"agentConfig": {"x": true}}, {"availabilityConfig": {"recoveryAction": "x"}},
         {"definedTags": {"a": "b"}}, {"launchOptions": {"networkType": "x"}},
         {"bootVolumeVpusPerGB": 15}, {"privateIp": "169.254.0.2"}, {"privateIp": "224.0.0.1"},
         {"platformConfig": {}}, {"platformConfig": {"type": "AMD"}}, {"subnetCidr": "10.0.0.0"},
         {"agentConfig": {"pluginsConfig": [{"name": "Bastion"}]}},
         {"licensingConfigs": [{}]}, {"preemptibleInstanceConfig": {}},
         {"securityAttributes": {"a": {"b": "c"}}}, {"extendedMetadata": {}}, []])"},
    {"defined_tags", R"([{}, {"Operations": {"CostCenter": "42", "a/b": ""}}])",
     R"([{"a": "b"}, {"a.b": {"c": "d"}}, {"a": {"b c": "d"}}, {"a": {"b": 1}}, []])"},
    {"allow_source_downtime", "[true, false]", R"(["true", 1, null])"},
    {"keep_imported_image", "[true, false]", R"(["yes", 0])"},
    {"keep_source_boot_volume", "[true, false]", R"(["yes", 0])"},
    {"quiet_period_seconds", "[0, 86400]", R"([-1, "1"])"},
    {"poll_interval_seconds", "[0.1, 30, 3600]", R"([0, 3601, "30"])"},
    {"settle_seconds", "[300, 86400]", "[299, 86401]"},
    {"retry", R"([{}, {"max_attempts": 1, "base_seconds": 0.5, "cap_seconds": 5}])",
     R"([{"max_attempts": 0}, {"max_attempts": 1.5}, {"base": 1}, {"max_generations": 101}, 3])"},
    {"timeouts", R"([{}, {"default": 60, "await-running": 1.5}])",
     R"([{"default": 0}, {"launch": 60}, {"create-image": 60}, {"default": "60"}])"},
    {"ledger_path", R"(["x/y"])", R"(["", 1])"},
    {"log_file", R"(["x"])", R"([""])"},
    {"checkpoint_key", R"(["keys/ledger"])", R"(["", 1])"},
    {"parallel", "[1, 100000]", "[0, 100001, 1.5]"},
    {"oci",
     R"([{}, {"program": "/usr/bin/oci", "config_file": "~/.oci/config", "profile": "A B",
          "auth": "security_token", "parallel": 64, "call_timeout_seconds": 5},
          {"call_timeout_seconds": 600}])",
     R"([{"auth": "x"}, {"call_timeout_seconds": 4}, {"call_timeout_seconds": 601},
         {"call_timeout_seconds": "9"}, {"parallel": 65}, {"profile": ""}, {"region": "x"}])"},
    {"endpoints",
     R"([{}, {"us-ashburn-1": "https://a.example:8443/x", "sa-bogota-1": "http://127.0.0.1"}])",
     R"([{"iad": "https://a"}, {"us-ashburn-1": "a"}, {"us-ashburn-1": "https://a:b@c"},
         {"us-ashburn-1": "https://a?b"}, {"us-ashburn-1": 1}])"},
    {"$schema", R"(["plan.schema.json"])", "[1]"},
    {"name", R"(["web-1"])", R"(["", "-a", "a b", 1])"},
    {"state_file_path", R"(["none.json"])", R"(["", 1])"},
    {"depends_on", "[]", R"([["x"]])"},
    {"defaults", "[]", "[1]"},
    {"migrations", "[]", "[[], 1, [1], [{}]]"},
    {"no_such_key", "[]", "[1]"},
};

}  // namespace

TEST_CASE("Schema and validator agree on every sample") {
  const test::SchemaChecker checker(schema());
  REQUIRE(checker.valid(test::old_config()));
  for (const Sample& sample : kSamples) {
    for (const bool good : {true, false}) {
      const json::value values = json::parse(good ? sample.good : sample.bad);
      for (const json::value& value : values.as_array()) {
        json::object config = test::old_config();
        config[sample.key] = value;
        CAPTURE(sample.key, json::serialize(value));
        CHECK(checker.valid(config) == good);
        CHECK(validator_takes(config) == good);
      }
    }
  }
}

TEST_CASE("Every key has samples") {
  std::set<std::string> sampled;
  for (const Sample& sample : kSamples) sampled.insert(sample.key);
  for (const KeyRule& rule : configuration_keys()) {
    const std::string key(rule.key);
    const bool like_another =
        key == "target_region" || key == "target_compartment_id";  // share a definition
    CHECK((like_another || sampled.contains(key)));
  }
}

TEST_CASE("Schema and validator know the same keys at every place") {
  const json::value definitions = schema().at("$defs");
  CHECK(keys_of(definitions.at("flat")) == keys_at(kFlat));
  CHECK(keys_of(definitions.at("many")) == keys_at(kTop));
  CHECK(keys_of(definitions.at("defaults")) == keys_at(kDefaults));
  CHECK(keys_of(definitions.at("migration")) == keys_at(kMigration));
}

TEST_CASE("Schema and validator agree on the volume workflow") {
  const test::SchemaChecker checker(schema());
  const json::object good = test::volume_config();
  const auto agree = [&](const json::object& config) {
    CAPTURE(json::serialize(config));
    const bool valid = checker.valid(config);
    CHECK(valid == validator_takes(config));
    return valid;
  };
  REQUIRE(agree(good));
  const Sample samples[] = {
      {"source_volume_id", R"(["ocid1.bootvolume.oc1.iad.a", "ocid1.volumegroup.oc1.iad.a"])",
       R"(["ocid1.instance.oc1..a", "", 1])"},
      {"new_volume_name", R"(["data"])", R"(["", "a\nb"])"},
      {"method", R"(["replicate", "backup"])", R"(["copy", 1])"},
      {"target_kms_key_id", R"(["ocid1.key.oc1.sa-bogota-1.a"])", R"(["ocid1.vault.oc1..a"])"},
      {"attach",
       R"([{"instance_id": "ocid1.instance.oc1.sa-bogota-1.a"},
           {"instance_id": "ocid1.instance.oc1.bog.a", "type": "iscsi",
            "device": "/dev/oracleoci/oraclevdag", "is_read_only": true}])",
       R"([{}, {"instance_id": "x"}, [],
           {"instance_id": "ocid1.instance.oc1.bog.a", "type": "scsi"},
           {"instance_id": "ocid1.instance.oc1.bog.a", "device": "/dev/sdb"}])"},
      {"defined_tags", R"([{"a": {"b": "c"}}])", R"([{"a": "b"}])"},
      {"timeouts", R"([{"await-sync": 60}])", R"([{"create-volume": 60}])"},
      {"source_instance_id", "[]", R"(["ocid1.instance.oc1..a"])"},
      {"transfer", "[]", R"(["copy"])"},
  };
  for (const Sample& sample : samples) {
    for (const bool expected : {true, false}) {
      const json::value values = json::parse(expected ? sample.good : sample.bad);
      for (const json::value& value : values.as_array()) {
        json::object config = good;
        config[sample.key] = value;
        // What an attachment is made to is a rule between keys.
        if (std::string_view(sample.key) == "source_volume_id") config.erase("attach");
        CHECK(agree(config) == expected);
      }
    }
  }
  for (const auto& member : good) {
    json::object config = good;
    config.erase(member.key());
    agree(config);
  }
  json::object plan{{"workflow", "volume-replication"}, {"defaults", good}};
  for (const char* key : {"workflow", "name", "source_volume_id"})
    plan.at("defaults").as_object().erase(key);
  plan["migrations"] = {
      {{"name", "a"}, {"source_volume_id", "ocid1.volume.oc1.iad.a"}},
      {{"name", "b"}, {"source_volume_id", "ocid1.volume.oc1.iad.b"}, {"depends_on", {"a"}}}};
  CHECK(agree(plan));
  plan["migrations"] = {{{"name", "a"}, {"volumes", "replicate"}}};
  CHECK_FALSE(agree(plan));
}

TEST_CASE("Schema and validator know the same keys of the volume workflow at every place") {
  const json::value definitions = schema().at("$defs");
  CHECK(keys_of(definitions.at("volume_flat")) == keys_at(kFlat, volume_keys()));
  CHECK(keys_of(definitions.at("volume_many")) == keys_at(kTop, volume_keys()));
  CHECK(keys_of(definitions.at("volume_defaults")) == keys_at(kDefaults, volume_keys()));
  CHECK(keys_of(definitions.at("volume_migration")) == keys_at(kMigration, volume_keys()));
}

TEST_CASE("Schema and validator agree on the storage workflow") {
  const test::SchemaChecker checker(schema());
  const json::object good = test::bucket_config();
  const auto agree = [&](const json::object& config) {
    CAPTURE(json::serialize(config));
    const bool valid = checker.valid(config);
    CHECK(valid == validator_takes(config));
    return valid;
  };
  REQUIRE(agree(good));
  const Sample samples[] = {
      {"source_bucket_name", R"(["A.b_c-9"])", R"(["", "a/b", 1])"},
      {"target_bucket_name", R"(["other"])", R"([""])"},
      {"target_kms_key_id", R"(["ocid1.key.oc1.sa-bogota-1.a"])", R"(["ocid1.vault.oc1..a"])"},
      {"copy_parallel", "[1, 256]", "[0, 257, 1.5]"},
      {"timeouts", R"([{"await-sync": 60, "await-fence": 60, "catch-up": 60, "compare": 60}])",
       R"([{"fence": 60}])"},
      {"source_instance_id", "[]", R"(["ocid1.instance.oc1..a"])"},
      {"target_ad", "[]", R"(["Uocm:PHX-AD-2"])"},
  };
  for (const Sample& sample : samples) {
    for (const bool expected : {true, false}) {
      const json::value values = json::parse(expected ? sample.good : sample.bad);
      for (const json::value& value : values.as_array()) {
        json::object config = good;
        config[sample.key] = value;
        CHECK(agree(config) == expected);
      }
    }
  }
  for (const auto& member : good) {
    json::object config = good;
    config.erase(member.key());
    agree(config);
  }
  json::object plan{{"workflow", "storage-replication"}, {"defaults", good}};
  for (const char* key : {"workflow", "name", "source_bucket_name"})
    plan.at("defaults").as_object().erase(key);
  plan["migrations"] = {{{"name", "a"}, {"source_bucket_name", "a"}},
                        {{"name", "b"}, {"source_bucket_name", "b"}, {"depends_on", {"a"}}}};
  CHECK(agree(plan));
  plan["migrations"] = {{{"name", "a"}, {"source_bucket_name", "a"}, {"volumes", "replicate"}}};
  CHECK_FALSE(agree(plan));
}

TEST_CASE("A bucket is replicated once: plans of which two name it are refused") {
  json::object defaults = test::bucket_config();
  for (const char* key : {"workflow", "name", "source_bucket_name"}) defaults.erase(key);
  const auto takes = [&](json::object second) {
    second["name"] = "b";
    return validator_takes(json::object{
        {"workflow", "storage-replication"},
        {"defaults", defaults},
        {"migrations", {{{"name", "a"}, {"source_bucket_name", "one"}}, std::move(second)}}});
  };
  CHECK(takes({{"source_bucket_name", "two"}}));
  CHECK_FALSE(takes({{"source_bucket_name", "one"}, {"target_bucket_name", "other"}}));
  CHECK_FALSE(takes({{"source_bucket_name", "two"}, {"target_bucket_name", "one"}}));
  CHECK(takes({{"source_bucket_name", "one"},
               {"source_region", "us-phoenix-1"},
               {"target_bucket_name", "other"}}));
}

TEST_CASE("Schema and validator know the same keys of the storage workflow at every place") {
  const json::value definitions = schema().at("$defs");
  CHECK(keys_of(definitions.at("storage_flat")) == keys_at(kFlat, storage_keys()));
  CHECK(keys_of(definitions.at("storage_many")) == keys_at(kTop, storage_keys()));
  CHECK(keys_of(definitions.at("storage_defaults")) == keys_at(kDefaults, storage_keys()));
  CHECK(keys_of(definitions.at("storage_migration")) == keys_at(kMigration, storage_keys()));
}

TEST_CASE("Schema and validator agree on missing keys") {
  const test::SchemaChecker checker(schema());
  for (const auto& member : test::old_config()) {
    json::object config = test::old_config();
    config.erase(member.key());
    CAPTURE(std::string(member.key()));
    CHECK(checker.valid(config) == validator_takes(config));
  }
}

TEST_CASE("Schema and validator agree on plans of many") {
  const test::SchemaChecker checker(schema());
  const auto both = [&](const json::object& plan) {
    const bool valid = checker.valid(plan);
    CHECK(valid == validator_takes(plan));
    return valid;
  };
  json::object plan = test::plan_of_two();
  CHECK(both(plan));
  plan["retry"] = {{"max_attempts", 2}};
  CHECK(both(plan));

  const auto changed = [&](const char* pointer, const char* key, json::value value) {
    json::value copy = plan;
    copy.at_pointer(pointer).as_object()[key] = std::move(value);
    return copy.as_object();
  };
  CHECK_FALSE(both(changed("", "target_ad", "Uocm:SA-BOGOTA-1-AD-1")));
  CHECK_FALSE(both(changed("", "state_file_path", "x")));
  CHECK_FALSE(both(changed("/defaults", "name", "x")));
  CHECK_FALSE(both(changed("/defaults", "ledger_path", "x")));
  CHECK_FALSE(both(changed("/migrations/0", "parallel", 3)));
  CHECK_FALSE(both(changed("/migrations/0", "depends_on", "web")));
  CHECK_FALSE(both(changed("/migrations/1", "depends_on", {"db", "db"})));
  CHECK_FALSE(both(changed("/migrations/0", "name", 7)));
  CHECK(both(changed("/migrations/0", "transfer", "par")));
  CHECK_FALSE(both({{"defaults", test::plan_defaults()}}));
}

TEST_CASE("The program carries the schema that is in the repository") {
  CHECK(std::string(kPlanSchema) ==
        test::read_file(testing::source_path("adapters/config/plan.schema.json")));
}
