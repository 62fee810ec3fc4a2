// The checks before anything is made, against the simulated tenancy: a row is what stands there, in
// the words of a faults file, what the plan says, and what becomes of it.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/support/rehearsal.h"
#include "tests/support/sample_bucket.h"
#include "tests/support/sample_volume.h"
#include "workflow/steps/carry_over.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_run.h"

namespace migledger::testing {

using namespace workflow;
namespace json = boost::json;
using adapters::sim::Tenancy;
using Kind = Verdict::Kind;

namespace {

enum class Becomes {
  nothing,  // it passes, and there is nothing to say
  finding,  // it passes, and that is said
  carried,  // it passes silently, and the launch takes it along
  refused,
};

struct Row {
  const char* there;  // a faults file
  const char* plan;   // fields set in the sample, as JSON: {"field": "text"}
  Becomes becomes = Becomes::nothing;
  const char* words = "";
};

std::vector<Checked> check(Tenancy& tenancy, const Plan& plan) {
  const auto read = [&](Request request) {
    return Answer::of(tenancy.handle(request, tenancy.clock()));
  };
  return make_checks(*workflow_named(plan.workflow), plan.migrations[0], kLedgerId, false, read);
}

Plan patched(Plan plan, const char* patch) {
  const auto value = json::parse(patch);
  for (const auto& field : value.as_object())
    plan.migrations[0].fields.set(field.key(), field.value().is_string()
                                                   ? std::string(field.value().get_string())
                                                   : json::serialize(field.value()));
  return plan;
}

void check_row(const Row& row, const Plan& sample) {
  CAPTURE(row.there, row.plan);
  adapters::sim::TenancyOptions options;
  options.faults = adapters::sim::parse_faults(row.there, "row");
  Tenancy tenancy(options, nullptr);
  const Plan plan = patched(sample, row.plan);
  tenancy.provision(plan.migrations[0]);
  std::string said, carried;
  Kind kind = Kind::ok;
  for (const auto& [step, verdict] : check(tenancy, plan)) {
    kind = verdict.kind;
    said += verdict.failure.message + verdict.need;
    carried += verdict.facts.get("carried");
    for (const auto& finding : verdict.findings)
      if (!finding.ends_with(kWillBeCreated) && !finding.starts_with(kMovesAlong))
        said += finding + "\n";
  }
  CAPTURE(said, carried);
  CHECK(kind == (row.becomes == Becomes::refused ? Kind::refused : Kind::ok));
  const bool silent = row.becomes == Becomes::nothing || row.becomes == Becomes::carried;
  CHECK(said.empty() == silent);
  CHECK_THAT(row.becomes == Becomes::carried ? carried : said, Catch::Contains(row.words));
  if (row.becomes != Becomes::carried) CHECK(carried.empty());
}

constexpr const char* kTwoDomains =
    R"({"target_region": "us-phoenix-1", "target_ad": "x:PHX-AD-1",
        "target_subnet_id": "ocid1.subnet.oc1.phx.subnet", "further_ads": ["x:PHX-AD-2"]})";

}  // namespace

TEST_CASE("check rows: what the source has goes along, or it is said that it does not") {
  using enum Becomes;
  const Row rows[] = {
      {"{}", "{}"},
      // Platform, agent, availability, metadata service.
      {R"({"provisioned": {"instance": {"platformConfig":
           {"type": "AMD_VM", "isSecureBootEnabled": true, "isMeasuredBootEnabled": true}}}})",
       "{}", finding, "isSecureBootEnabled, isMeasuredBootEnabled"},
      {R"({"provisioned": {"instance": {"platformConfig":
           {"type": "AMD_VM", "isSecureBootEnabled": true}}}})",
       R"({"launch_options": {"platformConfig": {"type": "AMD_VM", "isSecureBootEnabled": true}}})"},
      {R"({"provisioned": {"instance": {"platformConfig":
           {"type": "AMD_VM", "isSecureBootEnabled": false,
            "isSymmetricMultiThreadingEnabled": true}}}})",
       "{}"},
      {R"({"provisioned": {"instance": {"platformConfig":
           {"type": "AMD_VM", "isSymmetricMultiThreadingEnabled": false}}}})",
       "{}", carried,
       R"("platformConfig":{"isSymmetricMultiThreadingEnabled":false,"type":"AMD_VM"})"},
      {R"({"provisioned": {"instance": {"platformConfig":
           {"type": "AMD_VM", "isSymmetricMultiThreadingEnabled": false}}}})",
       R"({"target_instance_shape": "VM.Standard3.Flex"})", finding,
       "isSymmetricMultiThreadingEnabled"},
      {R"({"provisioned": {"instance": {"instanceOptions":
           {"areLegacyImdsEndpointsDisabled": true}}}})",
       "{}", carried, R"("instanceOptions":{"areLegacyImdsEndpointsDisabled":true})"},
      {R"({"provisioned": {"instance": {"instanceOptions":
           {"areLegacyImdsEndpointsDisabled": true}}}})",
       R"({"launch_options": {"instanceOptions": {"areLegacyImdsEndpointsDisabled": false}}})"},
      {R"({"provisioned": {"instance": {"instanceOptions":
           {"areLegacyImdsEndpointsDisabled": false}}}})",
       "{}"},
      {R"({"provisioned": {"instance": {"agentConfig":
           {"isMonitoringDisabled": true, "areAllPluginsDisabled": false}}}})",
       "{}", carried, R"("agentConfig":{"isMonitoringDisabled":true})"},
      {R"({"provisioned": {"instance": {"agentConfig": {"pluginsConfig":
           [{"name": "Bastion", "desiredState": "ENABLED"}]}}}})",
       "{}", finding, "Bastion (ENABLED)"},
      {R"({"provisioned": {"instance": {"availabilityConfig":
           {"recoveryAction": "STOP_INSTANCE"}}}})",
       "{}", carried, R"("availabilityConfig":{"recoveryAction":"STOP_INSTANCE"})"},
      {R"({"provisioned": {"instance": {"availabilityConfig":
           {"recoveryAction": "RESTORE_INSTANCE", "isLiveMigrationPreferred": null}}}})",
       "{}"},
      {R"({"provisioned": {"instance": {"availabilityConfig":
           {"isLiveMigrationPreferred": true}}}})",
       "{}", finding, "prefers live migration"},
      {R"({"provisioned": {"instance": {"launchOptions":
           {"isPvEncryptionInTransitEnabled": true}}}})",
       "{}", finding, "encryption in transit of its boot volume"},
      {R"({"provisioned": {"boot_volume": {"isPvEncryptionInTransitEnabled": true}}})", "{}",
       finding, "encryption in transit of its boot volume"},
      {R"({"provisioned": {"boot_volume": {"isPvEncryptionInTransitEnabled": true}}})",
       R"({"launch_options": {"isPvEncryptionInTransitEnabled": true}})"},
      // Where it stands, and how it is paid.
      {R"({"provisioned": {"instance": {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.iad.h"}}})",
       "{}", finding, "its dedicated host"},
      {R"({"provisioned": {"instance": {"capacityReservationId":
           "ocid1.capacityreservation.oc1.iad.r"}}})",
       "{}", finding, R"("launch_options"."capacityReservationId")"},
      {R"({"provisioned": {"instance": {"clusterPlacementGroupId":
           "ocid1.clusterplacementgroup.oc1.iad.g"}}})",
       "{}", finding, "its cluster placement group"},
      {R"({"provisioned": {"instance": {"preemptibleInstanceConfig":
           {"preemptionAction": {"type": "TERMINATE"}}}}})",
       "{}", finding, "that it is preemptible"},
      {R"({"provisioned": {"instance": {"licensingConfigs":
           [{"type": "WINDOWS", "licenseType": "OCI_PROVIDED"}]}}})",
       "{}", finding, "how it is licensed"},
      {R"({"provisioned": {"instance": {"securityAttributes": {"Oracle-ZPR":
           {"app": {"value": "web", "mode": "enforce"}}}}}})",
       "{}", finding, "its security attributes"},
      {R"({"provisioned": {"instance": {"faultDomain": "FAULT-DOMAIN-2"}}})", "{}"},
      // Tags and metadata.
      {R"({"provisioned": {"instance": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       "{}", finding, "the defined tags Operations.CostCenter"},
      {R"({"provisioned": {"instance": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       R"({"defined_tags": {"Operations": {"CostCenter": "43"}}})"},
      {R"({"provisioned": {"instance": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       R"({"launch_options": {"definedTags": {"Operations": {"CostCenter": "43"}}}})"},
      {R"({"provisioned": {"instance": {"definedTags": {"Oracle-Tags": {"CreatedBy": "me"}}}}})",
       "{}"},
      {R"({"provisioned": {"instance": {"freeformTags": {"team": "web"}}}})", "{}", finding,
       "the freeform tags team"},
      {R"({"provisioned": {"instance": {"freeformTags": {"team": "web"}}}})",
       R"({"freeform_tags": {"team": "web"}})"},
      {R"({"provisioned": {"instance": {"metadata": {"user_data": "aGk=", "a": "b"}}}})", "{}",
       finding, "the metadata user_data, a;"},
      {R"({"provisioned": {"instance": {"metadata": {"ssh_authorized_keys": "ssh-rsa A"}}}})",
       R"({"ssh_authorized_keys": "ssh-rsa B"})"},
      {R"({"provisioned": {"instance": {"extendedMetadata": {"x": {"y": "z"}}}}})", "{}", finding,
       "the extended metadata x"},
      // Its interfaces.
      {R"({"provisioned": {"vnic": {"secondaryVnics": 2}}})", "{}", finding,
       "2 secondary network interfaces"},
      {R"({"provisioned": {"vnic": {"publicIp": "203.0.113.9"}}})", "{}", finding,
       "its public IP address"},
      {R"({"provisioned": {"vnic": {"publicIp": "203.0.113.9"}}})",
       R"({"launch_options": {"assignPublicIp": true}})"},
      {R"({"provisioned": {"vnic": {"skipSourceDestCheck": true}}})", "{}", finding,
       "skips the check of source and destination"},
      {R"({"provisioned": {"vnic": {"nsgIds": ["ocid1.networksecuritygroup.oc1.iad.g"]}}})", "{}",
       finding, "network security groups"},
      {R"({"provisioned": {"vnic": {"hostnameLabel": "web"}}})", "{}", finding, "host name"},
      {R"({"provisioned": {"vnic": {"hostnameLabel": "web"}}})",
       R"({"launch_options": {"hostnameLabel": "web2"}})"},
      {R"({"provisioned": {"vnic": {"freeformTags": {"team": "web"}}}})",
       R"({"freeform_tags": {"team": "web"}})", finding, "freeform tags of its interface team"},
      {R"({"provisioned": {"vnic": {"definedTags": {"Ops": {"Cost": "1"}, "Oracle-Tags": {}}}}})",
       "{}", finding, "defined tags of its interface Ops.Cost"},
      {R"({"provisioned": {"vnic": {"ipv6Addresses": ["2001:db8::1"]}}})", "{}", finding, "IPv6"},
      {R"({"provisioned": {"vnic": {"routeTableId": "ocid1.routetable.oc1.iad.r"}}})", "{}",
       finding, "route table"},
      // Its boot volume.
      {R"({"provisioned": {"boot_volume": {"vpusPerGB": 20}}})", "{}", carried,
       R"("bootVolumeVpusPerGB":20)"},
      {R"({"provisioned": {"boot_volume": {"vpusPerGB": 20}}})",
       R"({"launch_options": {"bootVolumeVpusPerGB": 10}})"},
      {R"({"provisioned": {"boot_volume": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})", "{}", finding,
       "the key ocid1.key.oc1.iad.v.k"},
      {R"({"provisioned": {"boot_volume": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})",
       R"({"launch_options": {"kmsKeyId": "ocid1.key.oc1.sa-bogota-1.v.k"}})"},
      {R"({"provisioned": {"boot_volume": {"isAutoTuneEnabled": true}}})", "{}", finding,
       "performance tuning"},
      {R"({"provisioned": {"boot_volume": {"backupPolicyId": "gold"}}})", "{}", finding,
       "backup policy of its boot volume"},
      {R"({"provisioned": {"boot_volume": {"sizeInGBs": 85}}})",
       R"({"launch_options": {"bootVolumeSizeInGBs": 50}})", refused, "has 85 GB"},
      {R"({"provisioned": {"boot_volume": {"sizeInGBs": 85}}})",
       R"({"launch_options": {"bootVolumeSizeInGBs": 85}})"},
      {R"({"provisioned": {"boot_volume": {"sizeInGBs": 401}}})", "{}", refused, "at most 400 GB"},
      // The bucket that it goes through.
      {R"({"provisioned": {"bucket": {"storageTier": "Archive"}}})", "{}", refused, "Archive tier"},
      {R"({"provisioned": {"bucket": {"publicAccessType": "ObjectRead"}}})", "{}", refused,
       "is public"},
  };
  for (const Row& row : rows) check_row(row, plan_of(1));
}

TEST_CASE("check rows: what the target lacks is refused before anything is made") {
  using enum Becomes;
  const Row rows[] = {
      // Shapes and their configuration.
      {"{}", R"({"shape_config": {"ocpus": 114, "memoryInGBs": 1760}})"},
      {"{}", R"({"shape_config": {"ocpus": 0.1, "memoryInGBs": 16}})", refused, "from 1 to 114"},
      {"{}", R"({"shape_config": {"ocpus": 1, "memoryInGBs": 65536}})", refused, "from 1 to 1760"},
      {"{}", R"({"shape_config": {"ocpus": 1, "memoryInGBs": 65}})", refused, "from 1 to 64"},
      {"{}", R"({"shape_config": {"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"}})"},
      {"{}",
       R"({"target_instance_shape": "VM.Standard.E6.Flex",
           "shape_config": {"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"}})",
       refused, "baselineOcpuUtilization"},
      {"{}", R"({"target_instance_shape": "VM.Standard2.4"})"},
      {"{}", R"({"target_instance_shape": "VM.Standard2.4", "shape_config": {"ocpus": 4}})",
       refused, "fixed shape"},
      {"{}", R"({"target_instance_shape": "VM.Standard.x86.Generic"})"},
      {"{}", R"({"target_instance_shape": "VM.Standard.Z9.Flex"})", refused, "is not offered in"},
      {R"({"provisioned": {"instance": {"shape": "BM.Standard.E4.128",
           "shapeConfig": {"ocpus": 128, "memoryInGBs": 2048}}}})",
       "{}", refused, "the source's shape configuration does not fit: ocpus"},
      {R"({"provisioned": {"instance": {"shape": "BM.Standard.E4.128",
           "shapeConfig": {"ocpus": 128, "memoryInGBs": 2048}}}})",
       R"({"shape_config": {"ocpus": 64, "memoryInGBs": 512}})"},
      // Processors.
      {"{}", R"({"target_instance_shape": "VM.Standard.A1.Flex"})", refused, "has Arm processors"},
      {"{}", R"({"target_instance_shape": "VM.Standard.Ampere.Generic"})", refused, "is for x86"},
      {R"({"provisioned": {"instance": {"shape": "VM.Standard.A1.Flex"}}})", "{}", refused,
       "has x86 processors"},
      {R"({"provisioned": {"instance": {"shape": "VM.Standard.A1.Flex"}}})",
       R"({"target_instance_shape": "VM.Standard.A2.Flex"})"},
      {R"({"provisioned": {"instance": {"shape": "VM.Standard.A1.Flex"}}})",
       R"({"target_instance_shape": ""})"},
      {"{}", R"({"target_instance_shape": "VM.Standard3.Flex"})"},
      // Places.
      {R"({"no_shape": [{"shape": "VM.Standard.E4.Flex"}]})", "{}", refused, "is not offered in"},
      {R"({"no_shape": [{"shape": "VM.Standard.E4.Flex", "availability_domain": "x:PHX-AD-2"}]})",
       kTwoDomains, finding, "is not offered in x:PHX-AD-2, which the launch leaves out"},
      {R"({"no_shape": [{"shape": "VM.Standard.E4.Flex", "availability_domain": "x:PHX-AD-1"}]})",
       kTwoDomains, finding, "is not offered in x:PHX-AD-1"},
      {R"({"no_shape": [{"shape": "VM.Standard.E4.Flex"}]})", kTwoDomains, refused,
       "x:PHX-AD-1, x:PHX-AD-2"},
      {"{}", R"({"target_ad": "Uocm:US-ASHBURN-AD-1"})", refused, "not an availability domain"},
      {R"({"provisioned": {"subnet": {"availabilityDomain": "x:PHX-AD-1"}}})", kTwoDomains, refused,
       "lies in x:PHX-AD-1 only"},
      // Limits.
      {R"({"limits": {"standard-e4-core-count": 1}})", R"({"shape_config": {"ocpus": 2}})", refused,
       "1 OCPUs of VM.Standard.E4.Flex may still be used"},
      {R"({"limits": {"standard-e4-core-count": 2}})", R"({"shape_config": {"ocpus": 2}})"},
      {R"({"limits": {"standard2-core-count": 3}})",
       R"({"target_instance_shape": "VM.Standard2.4"})", refused, "4 are needed"},
      // The network.
      {"{}", R"({"launch_options": {"privateIp": "10.0.0.5"}})"},
      {"{}", R"({"launch_options": {"privateIp": "192.168.77.5"}})", refused,
       "is not in the subnet"},
      {"{}", R"({"launch_options": {"privateIp": "10.0.0.1"}})", refused, "that OCI keeps"},
      {"{}", R"({"launch_options": {"privateIp": "10.0.255.255"}})", refused, "that OCI keeps"},
      {"{}", R"({"launch_options": {"privateIp": "10.0.0.255"}})"},
      {R"({"provisioned": {"subnet": {"ipv4CidrBlocks": ["10.0.0.0/24", "10.9.0.0/24"]}}})",
       R"({"launch_options": {"subnetCidr": "10.9.0.0/24"}})"},
      {"{}", R"({"launch_options": {"subnetCidr": "10.9.0.0/24"}})", refused,
       "none of the subnet's"},
      {R"({"provisioned": {"subnet": {"prohibitPublicIpOnVnic": true}}})",
       R"({"launch_options": {"assignPublicIp": true}})", refused, "prohibits public IP"},
      {R"({"provisioned": {"subnet": {"prohibitInternetIngress": true}}})",
       R"({"launch_options": {"assignPublicIp": true}})", refused, "prohibits public IP"},
      {R"({"provisioned": {"subnet": {"prohibitPublicIpOnVnic": true}}})",
       R"({"launch_options": {"assignPublicIp": false}})"},
      {R"({"provisioned": {"subnet": {"dnsLabel": null}}})",
       R"({"launch_options": {"hostnameLabel": "web"}})", refused, "has no DNS label"},
      {R"({"provisioned": {"subnet": {"dnsLabel": null}}})", "{}"},
      {R"({"provisioned": {"subnet": {"ipv6CidrBlock": null}}})",
       R"({"launch_options": {"assignIpv6Ip": true}})", refused, "no IPv6 prefix"},
      {"{}", R"({"launch_options": {"assignIpv6Ip": true}})"},
      {R"({"provisioned": {"subnet": {"ipv4CidrBlocks": ["10.0.0.0/24", "10.9.0.0/24"]}}})",
       R"({"launch_options": {"privateIp": "10.9.0.7"}})"},
      {"{}", R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6SubnetCidr": "2001:DB8:0:1::/64", "ipv6Address": "2001:db8:0:1::5"}]}})"},
      {"{}", R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6SubnetCidr": "2001:db8:0:2::/64"}]}})",
       refused, "2001:db8:0:2::/64 is not in the subnet, whose IPv6 prefixes are"},
      {"{}", R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "2001:db8:0:2::5"}]}})",
       refused, "2001:db8:0:2::5 is not in the subnet"},
      {R"({"provisioned": {"subnet": {"ipv6CidrBlocks":
           ["2001:db8:0:1::/64", "2001:db8:0:2::/64"]}}})",
       R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "2001:db8:0:2::5"}]}})"},
      {R"({"provisioned": {"subnet": {"ipv6CidrBlock": null}}})",
       R"({"launch_options": {"ipv6AddressIpv6SubnetCidrPairDetails":
           [{"ipv6Address": "2001:db8:0:1::5"}]}})",
       refused, "no IPv6 prefix"},
      {"{}", R"({"launch_options": {"nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.g"]}})"},
      {"{}", R"({"launch_options": {"nsgIds": ["ocid1.networksecuritygroup.oc1.iad.g"]}})", refused,
       "network security group ocid1.networksecuritygroup.oc1.iad.g: 404"},
      {R"({"provisioned": {"nsg": {"vcnId": "ocid1.vcn.oc1.sa-bogota-1.other"}}})",
       R"({"launch_options": {"nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.g"]}})",
       refused, "is of virtual network ocid1.vcn.oc1.sa-bogota-1.other"},
      {R"({"provisioned": {"nsg": {"lifecycleState": "TERMINATED"}}})",
       R"({"launch_options": {"nsgIds": ["ocid1.networksecuritygroup.oc1.sa-bogota-1.g"]}})",
       refused, "is TERMINATED"},
      {"{}", R"({"launch_options": {"privateIpId": "ocid1.privateip.oc1.sa-bogota-1.p"}})"},
      {"{}", R"({"launch_options": {"privateIpId": "ocid1.privateip.oc1.iad.p"}})", refused,
       "private IP ocid1.privateip.oc1.iad.p: 404"},
      // What lies in one availability domain.
      {"{}",
       R"({"launch_options": {"capacityReservationId":
           "ocid1.capacityreservation.oc1.sa-bogota-1.r"}})"},
      {"{}",
       R"({"launch_options": {"capacityReservationId": "ocid1.capacityreservation.oc1.iad.r"}})",
       refused, "capacity reservation ocid1.capacityreservation.oc1.iad.r: 404"},
      {"{}",
       R"({"launch_options": {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.sa-bogota-1.h"}})"},
      {"{}", R"({"launch_options": {"dedicatedVmHostId": "ocid1.dedicatedvmhost.oc1.iad.h"}})",
       refused, "dedicated host"},
      // The images of both regions.
      {R"({"limits": {"custom-image-count": 0}})", "{}", refused,
       "0 custom images may still be made in us-ashburn-1"},
      {R"({"limits": {"custom-image-count": 1}})", "{}"},
      // The buckets that the image goes through.
      {R"({"provisioned": {"bucket": {"isReadOnly": true}}})", "{}", refused, "is read-only"},
      {R"({"provisioned": {"bucket": {"storageTier": "Archive"}}})", "{}", refused, "Archive tier"},
      {R"({"provisioned": {"bucket": {"versioning": "Enabled"}}})", "{}"},
      // Names.
      {"{}", R"({"new_image_name": "Oracle-Linux-8.10-2025.09.16-0"})", refused,
       "the name of a platform image"},
  };
  for (const Row& row : rows) check_row(row, plan_of(1));
}

TEST_CASE("check rows: volumes") {
  using enum Becomes;
  const char* const attached = R"({"attach": {"instance_id": "ocid1.instance.oc1.sa-bogota-1.i"}})";
  const char* const by_iscsi =
      R"({"attach": {"instance_id": "ocid1.instance.oc1.sa-bogota-1.i", "type": "iscsi",
                     "device": "/dev/oracleoci/oraclevdag"}})";
  const Row rows[] = {
      {"{}", "{}"},
      {"{}", attached},
      {"{}", by_iscsi},
      {R"({"provisioned": {"attach_instance": {"shape": "BM.Standard.E4.128"}}})", attached,
       refused, "takes iSCSI only"},
      {R"({"provisioned": {"attach_instance": {"shape": "BM.Standard.E4.128"}}})", by_iscsi},
      {"{}", R"({"target_ad": "Uocm:US-ASHBURN-AD-1"})", refused, "not an availability domain"},
      {R"({"limits": {"total-storage-gb": 1}})", "{}", refused, "GB of storage may still be made"},
      {R"({"limits": {"volume-count": 0}})", "{}", refused, "0 volumes may still be made"},
      {R"({"limits": {"volume-count": 1}})", "{}"},
      {R"({"limits": {"backup-count": 0}})", "{}"},
      {R"({"limits": {"backup-count": 0}})", R"({"method": "backup"})", refused,
       "0 backups may still be made in us-ashburn-1"},
      {R"({"limits": {"backup-count": 1}})", R"({"method": "backup"})"},
      {R"({"provisioned": {"bucket": {"isReadOnly": true}}})", "{}", refused, "is read-only"},
      {R"({"provisioned": {"bucket": {"storageTier": "Archive"}}})", "{}", refused, "Archive tier"},
      {R"({"provisioned": {"volume": {"vpusPerGB": 30}}})", "{}"},
      {R"({"provisioned": {"volume": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})", "{}", refused,
       "encrypted with a key of yours"},
      {R"({"provisioned": {"volume": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})",
       R"({"target_kms_key_id": "ocid1.key.oc1.sa-bogota-1.v.k"})"},
      {R"({"provisioned": {"volume": {"autotunePolicies": [{"autotuneType": "DETACHED_VOLUME"}]}}})",
       "{}", finding, "performance tuning"},
      {R"({"provisioned": {"volume": {"isAutoTuneEnabled": true}}})", "{}", finding,
       "performance tuning"},
      {R"({"provisioned": {"volume": {"isReservationsEnabled": true}}})", "{}", finding,
       "persistent reservations"},
      {R"({"provisioned": {"volume": {"volumeGroupId": "ocid1.volumegroup.oc1.iad.g"}}})", "{}",
       finding, "is in a volume group"},
      {R"({"provisioned": {"volume": {"backupPolicyId": "ocid1.volumebackuppolicy.oc1..gold"}}})",
       "{}", finding, "backup policy"},
      {R"({"provisioned": {"volume": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       "{}", finding, "Operations.CostCenter"},
      {R"({"provisioned": {"volume": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       R"({"defined_tags": {"Operations": {"CostCenter": "42"}}})"},
      {R"({"provisioned": {"volume": {"freeformTags": {"team": "db"}}}})", "{}", finding, "team"},
  };
  for (const Row& row : rows) check_row(row, volume_plan(1));
  // Those of an instance.
  const Row of_an_instance[] = {
      {"{}", R"({"volumes": "replicate"})"},
      {"{}", "{\"volumes\": \"backup\"}"},
      {R"({"provisioned": {"volume": {"backupPolicyId": "gold"}}})", R"({"volumes": "replicate"})",
       finding, "backup policy of volume"},
      {R"({"provisioned": {"volume": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})",
       R"({"volumes": "replicate"})", refused, "encrypted with a key of yours"},
      {R"({"limits": {"total-storage-gb": 100}})", R"({"volumes": "replicate"})", refused,
       "100 GB of storage may still be made in Uocm:SA-BOGOTA-1-AD-1"},
      {R"({"limits": {"total-storage-gb": 100}})", "{}"},
      {R"({"limits": {"volume-count": 1}})", R"({"volumes": "replicate"})", refused,
       "1 volumes may still be made in Uocm:SA-BOGOTA-1-AD-1, 2 are needed"},
      {R"({"limits": {"volume-count": 2}})", R"({"volumes": "replicate"})"},
      {R"({"limits": {"backup-count": 1}})", R"({"volumes": "replicate"})"},
      {R"({"limits": {"backup-count": 1}})", R"({"volumes": "backup"})", refused,
       "1 backups may still be made in us-ashburn-1, 2 are needed"},
      {"{}", R"({"volumes": "replicate", "target_instance_shape": "BM.Standard.E4.128"})", refused,
       "is bare metal, which takes iSCSI only"},
  };
  for (const Row& row : of_an_instance) check_row(row, plan_of(1));
}

TEST_CASE("check rows: buckets") {
  using enum Becomes;
  const Row rows[] = {
      {"{}", "{}"},
      {R"({"provisioned": {"bucket": {"objectLifecyclePolicyEtag": "e"}}})", "{}", finding,
       "the lifecycle policy of bucket data"},
      {R"({"provisioned": {"bucket": {"retentionRules": [{"id": "r"}]}}})", "{}", finding,
       "the retention rules of bucket data"},
      {R"({"provisioned": {"bucket": {"objectEventsEnabled": true}}})", "{}", finding,
       "emits events"},
      {R"({"provisioned": {"bucket": {"autoTiering": "InfrequentAccess"}}})", "{}", finding,
       "automatic tiering"},
      {R"({"provisioned": {"bucket": {"metadata": {"a": "b"}}}})", "{}", finding,
       "the metadata of"},
      {R"({"provisioned": {"bucket": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       "{}", finding, "Operations.CostCenter"},
      {R"({"provisioned": {"bucket": {"definedTags": {"Operations": {"CostCenter": "42"}}}}})",
       R"({"defined_tags": {"Operations": {"CostCenter": "42"}}})"},
      {R"({"provisioned": {"bucket": {"freeformTags": {"team": "db"}}}})", "{}", finding, "team"},
      {R"({"provisioned": {"bucket": {"versioning": "Enabled"}}})", "{}", finding, "versions"},
      {R"({"provisioned": {"bucket": {"publicAccessType": "ObjectRead"}}})", "{}", finding,
       "is public"},
      {R"({"provisioned": {"bucket": {"storageTier": "Archive"}}})", "{}", finding, "Archive"},
      {R"({"provisioned": {"bucket": {"kmsKeyId": "ocid1.key.oc1.iad.v.k"}}})", "{}", refused,
       "encrypted with the customer's key"},
      {R"({"provisioned": {"bucket": {"isReadOnly": true}}})", "{}", refused,
       "is itself the target of a replication"},
  };
  for (const Row& row : rows) check_row(row, bucket_plan());
}

}  // namespace migledger::testing
