#include "adapters/config/rules/launch_keys.h"

#include "adapters/config/rules/forms.h"
#include "adapters/config/rules/value_rules.h"
#include "workflow/cloud/ipv6.h"
#include "workflow/cloud/launch_options.h"

namespace migledger::adapters {

namespace {

using std::string_view;

bool is_nsg_id(string_view text) { return is_ocid(text, "networksecuritygroup"); }
bool is_reservation_id(string_view text) { return is_ocid(text, "capacityreservation"); }
bool is_placement_group_id(string_view text) { return is_ocid(text, "clusterplacementgroup"); }
bool is_compute_cluster_id(string_view text) { return is_ocid(text, "computecluster"); }
bool is_dedicated_host_id(string_view text) { return is_ocid(text, "dedicatedvmhost"); }
bool is_private_ip_id(string_view text) { return is_ocid(text, "privateip"); }
bool is_ipv6_address(string_view text) {
  const auto address = workflow::parse_ipv6(text);
  return address && !workflow::is_unusable_ipv6(*address);
}
bool is_ipv6_block(string_view text) { return workflow::parse_ipv6_prefix(text).has_value(); }
bool is_ipv6_id(string_view text) { return is_ocid(text, "ipv6"); }

constexpr ValueRule kFlag = boolean_rule();

// ---- the interface ------------------------------------------------------------------------------

constexpr ValueRule kNsg = text_rule(
    R"(the OCID of a network security group ("ocid1.networksecuritygroup.oc1.…"))", is_nsg_id);
constexpr ValueRule kNsgs = list_rule("an array of up to 5 OCIDs", &kNsg, 0, kMostGroups);
constexpr ValueRule kIpv4 =
    text_rule(R"(an IPv4 address that an interface can have, such as "10.0.0.5")", is_ipv4_address);
constexpr ValueRule kIpv4Block =
    text_rule(R"(an IPv4 CIDR block such as "10.0.0.0/24")", is_ipv4_block);
constexpr ValueRule kPrivateIp =
    text_rule(R"(the OCID of a private IP ("ocid1.privateip.oc1.…"))", is_private_ip_id);
constexpr ValueRule kIpv6 = text_rule(
    R"(an IPv6 address that an interface can have, such as "2001:db8::5")", is_ipv6_address);
constexpr ValueRule kIpv6Block =
    text_rule(R"(an IPv6 prefix such as "2001:db8::/64")", is_ipv6_block);
constexpr ValueRule kIpv6Id =
    text_rule(R"(the OCID of an IPv6 address ("ocid1.ipv6.oc1.…"))", is_ipv6_id);
constexpr KeyRule kIpv6PairKeys[] = {
    {"ipv6SubnetCidr", &kIpv6Block}, {"ipv6Address", &kIpv6}, {"ipv6Id", &kIpv6Id}};
constexpr ValueRule kIpv6Pair =
    object_rule(R"(an object such as {"ipv6SubnetCidr": "2001:db8::/64"})", kIpv6PairKeys);
constexpr ValueRule kIpv6Pairs = list_rule("an array of 1 to 5 objects", &kIpv6Pair, 1, 5);
constexpr ValueRule kHostname = text_rule(
    "a host name: 1 to 63 letters, digits and \"-\", beginning with a letter, no \"-\" at the end",
    is_host_label);

// ---- the boot volume ----------------------------------------------------------------------------

constexpr ValueRule kBootSize = whole_rule("gigabytes, from 50 to 32768", 50, 32768);
constexpr ValueRule kVpus = step_rule("10, 20, 30 and so on up to 120", 10, 120, 10);
constexpr ValueRule kKey = text_rule(R"(the OCID of a key ("ocid1.key.oc1.…"))", is_key_id);
constexpr ValueRule kReservation = text_rule(
    R"(the OCID of a capacity reservation ("ocid1.capacityreservation.oc1.…"))", is_reservation_id);
constexpr ValueRule kPlacementGroup =
    text_rule(R"(the OCID of a cluster placement group ("ocid1.clusterplacementgroup.oc1.…"))",
              is_placement_group_id);
constexpr ValueRule kComputeCluster = text_rule(
    R"(the OCID of a compute cluster ("ocid1.computecluster.oc1.…"))", is_compute_cluster_id);
constexpr ValueRule kDedicatedHost = text_rule(
    R"(the OCID of a dedicated host ("ocid1.dedicatedvmhost.oc1.…"))", is_dedicated_host_id);
// ---- the instance ------------------------------------------------------------------------------

constexpr string_view kStateWords[] = {"ENABLED", "DISABLED"};
constexpr ValueRule kDesiredState = word_rule(R"("ENABLED" or "DISABLED")", kStateWords);
constexpr ValueRule kPluginName =
    text_rule("a name of 1 to 255 characters without control characters", is_display_name);
constexpr KeyRule kPluginKeys[] = {{"name", &kPluginName}, {"desiredState", &kDesiredState}};
constexpr ValueRule kPlugin =
    object_rule(R"(an object such as {"name": "Bastion", "desiredState": "ENABLED"})", kPluginKeys);
constexpr ValueRule kPlugins = list_rule("an array of up to 100 plugins", &kPlugin, 0, 100);
constexpr KeyRule kAgentKeys[] = {{"isMonitoringDisabled", &kFlag},
                                  {"isManagementDisabled", &kFlag},
                                  {"areAllPluginsDisabled", &kFlag},
                                  {"pluginsConfig", &kPlugins}};
constexpr ValueRule kAgent =
    object_rule(R"(an object such as {"isMonitoringDisabled": false})", kAgentKeys);

constexpr string_view kRecoveryWords[] = {"RESTORE_INSTANCE", "STOP_INSTANCE"};
constexpr ValueRule kRecovery =
    word_rule(R"("RESTORE_INSTANCE" or "STOP_INSTANCE")", kRecoveryWords);
constexpr KeyRule kAvailabilityKeys[] = {{"isLiveMigrationPreferred", &kFlag},
                                         {"recoveryAction", &kRecovery}};
constexpr ValueRule kAvailability =
    object_rule(R"(an object such as {"recoveryAction": "RESTORE_INSTANCE"})", kAvailabilityKeys);

constexpr KeyRule kInstanceOptionKeys[] = {{"areLegacyImdsEndpointsDisabled", &kFlag}};
constexpr ValueRule kInstanceOptions = object_rule(
    R"(an object such as {"areLegacyImdsEndpointsDisabled": true})", kInstanceOptionKeys);

constexpr string_view kVolumeTypeWords[] = {"ISCSI",           "SCSI", "IDE", "VFIO",
                                            "PARAVIRTUALIZED", "NVME"};
constexpr ValueRule kVolumeType =
    word_rule(R"("ISCSI", "SCSI", "IDE", "VFIO", "PARAVIRTUALIZED" or "NVME")", kVolumeTypeWords);
constexpr string_view kFirmwareWords[] = {"BIOS", "UEFI_64"};
constexpr ValueRule kFirmware = word_rule(R"("BIOS" or "UEFI_64")", kFirmwareWords);
constexpr string_view kNetworkWords[] = {"E1000", "VFIO", "PARAVIRTUALIZED", "ACCELERATEDPV"};
constexpr ValueRule kNetwork =
    word_rule(R"("E1000", "VFIO", "PARAVIRTUALIZED" or "ACCELERATEDPV")", kNetworkWords);
constexpr KeyRule kVmOptionKeys[] = {{"bootVolumeType", &kVolumeType},
                                     {"firmware", &kFirmware},
                                     {"isConsistentVolumeNamingEnabled", &kFlag},
                                     {"isPvEncryptionInTransitEnabled", &kFlag},
                                     {"networkType", &kNetwork},
                                     {"remoteDataVolumeType", &kVolumeType}};
constexpr ValueRule kVmOptions =
    object_rule(R"(an object such as {"networkType": "PARAVIRTUALIZED"})", kVmOptionKeys);

constexpr string_view kPlatformWords[] = {"AMD_MILAN_BM",     "AMD_MILAN_BM_GPU", "AMD_ROME_BM",
                                          "AMD_ROME_BM_GPU",  "GENERIC_BM",       "INTEL_VM",
                                          "INTEL_ICELAKE_BM", "INTEL_SKYLAKE_BM", "AMD_VM"};
constexpr ValueRule kPlatformType =
    word_rule(R"("AMD_VM", "INTEL_VM", "GENERIC_BM" or another type of platform)", kPlatformWords);
constexpr string_view kNumaWords[] = {"NPS0", "NPS1", "NPS2", "NPS4", "NPS6"};
constexpr ValueRule kNuma = word_rule(R"("NPS0", "NPS1", "NPS2", "NPS4" or "NPS6")", kNumaWords);
constexpr ValueRule kPercent = whole_rule("a whole number from 1 to 100", 1, 100);
constexpr KeyRule kPlatformKeys[] = {{"type", &kPlatformType},
                                     {"isSecureBootEnabled", &kFlag},
                                     {"isTrustedPlatformModuleEnabled", &kFlag},
                                     {"isMeasuredBootEnabled", &kFlag},
                                     {"isMemoryEncryptionEnabled", &kFlag},
                                     {"isSymmetricMultiThreadingEnabled", &kFlag},
                                     {"numaNodesPerSocket", &kNuma},
                                     {"isAccessControlServiceEnabled", &kFlag},
                                     {"areVirtualInstructionsEnabled", &kFlag},
                                     {"isInputOutputMemoryManagementUnitEnabled", &kFlag},
                                     {"percentageOfCoresEnabled", &kPercent}};
constexpr ValueRule kPlatform = object_rule(
    R"(an object such as {"type": "AMD_VM", "isSecureBootEnabled": true})", kPlatformKeys);

constexpr string_view kLicenceKindWords[] = {"WINDOWS"};
constexpr ValueRule kLicenceKind = word_rule(R"("WINDOWS")", kLicenceKindWords);
constexpr string_view kLicenceWords[] = {"OCI_PROVIDED", "BRING_YOUR_OWN_LICENSE",
                                         "PARTNER_PROVIDED"};
constexpr ValueRule kLicence =
    word_rule(R"("OCI_PROVIDED", "BRING_YOUR_OWN_LICENSE" or "PARTNER_PROVIDED")", kLicenceWords);
constexpr KeyRule kLicensingKeys[] = {{"type", &kLicenceKind}, {"licenseType", &kLicence}};
constexpr ValueRule kLicensing = object_rule(
    R"(an object such as {"type": "WINDOWS", "licenseType": "OCI_PROVIDED"})", kLicensingKeys);
constexpr ValueRule kLicensings = list_rule("an array of one object", &kLicensing, 0, 1);

constexpr string_view kPreemptionWords[] = {"TERMINATE"};
constexpr ValueRule kPreemption = word_rule(R"("TERMINATE")", kPreemptionWords);
constexpr KeyRule kPreemptionKeys[] = {{"type", &kPreemption}, {"preserveBootVolume", &kFlag}};
constexpr ValueRule kPreemptionAction =
    object_rule(R"(an object such as {"type": "TERMINATE"})", kPreemptionKeys);
constexpr KeyRule kPreemptibleKeys[] = {{"preemptionAction", &kPreemptionAction}};
constexpr ValueRule kPreemptible = object_rule(
    R"(an object such as {"preemptionAction": {"type": "TERMINATE"}})", kPreemptibleKeys);

constexpr string_view kZprWords[] = {"enforce", "audit"};
constexpr ValueRule kZprMode = word_rule(R"("enforce" or "audit")", kZprWords);
constexpr KeyRule kSecurityAttributeKeys[] = {{"value", &kTagValue}, {"mode", &kZprMode}};
constexpr ValueRule kSecurityAttribute =
    object_rule(R"(an object such as {"value": "42", "mode": "enforce"})", kSecurityAttributeKeys);
constexpr ValueRule kSecurityNamespace = map_rule(
    "an object of objects", is_tag_name, "the name of a security attribute", &kSecurityAttribute);
constexpr ValueRule kSecurityAttributes =
    map_rule(R"(an object such as {"Oracle-ZPR": {"app": {"value": "web", "mode": "enforce"}}})",
             is_tag_name, "the name of a namespace of security attributes", &kSecurityNamespace);

constexpr KeyRule kLaunchOptionKeys[] = {
    {"nsgIds", &kNsgs},
    {"assignPublicIp", &kFlag},
    {"privateIp", &kIpv4},
    {"hostnameLabel", &kHostname},
    {"assignIpv6Ip", &kFlag},
    {"assignPrivateDnsRecord", &kFlag},
    {"skipSourceDestCheck", &kFlag},
    {"privateIpId", &kPrivateIp},
    {"subnetCidr", &kIpv4Block},
    {"ipv6AddressIpv6SubnetCidrPairDetails", &kIpv6Pairs},
    {"bootVolumeSizeInGBs", &kBootSize},
    {"bootVolumeVpusPerGB", &kVpus},
    {"kmsKeyId", &kKey},
    {"agentConfig", &kAgent},
    {"availabilityConfig", &kAvailability},
    {"capacityReservationId", &kReservation},
    {"clusterPlacementGroupId", &kPlacementGroup},
    {"computeClusterId", &kComputeCluster},
    {"dedicatedVmHostId", &kDedicatedHost},
    {"definedTags", &kDefinedTags},
    {"instanceOptions", &kInstanceOptions},
    {"isPvEncryptionInTransitEnabled", &kFlag},
    {"launchOptions", &kVmOptions},
    {"platformConfig", &kPlatform},
    {"licensingConfigs", &kLicensings},
    {"preemptibleInstanceConfig", &kPreemptible},
    {"securityAttributes", &kSecurityAttributes},
    {"isAIEnterpriseEnabled", &kFlag},
};

// What is taken here must have its place in the request.
constexpr bool all_have_a_place() {
  for (const KeyRule& rule : kLaunchOptionKeys)
    if (!workflow::place_of_launch_option(rule.key)) return false;
  return std::size(kLaunchOptionKeys) == workflow::kLaunchOptions.size();
}
static_assert(all_have_a_place());

}  // namespace

constexpr ValueRule kLaunchOptions =
    object_rule(R"(an object such as {"assignPublicIp": false})", kLaunchOptionKeys);

}  // namespace migledger::adapters
