// Where each key of the configuration's "launch_options" stands in the body of LaunchInstance. The
// names are OCI's own (API 20160918, LaunchInstanceDetails).
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace migledger::workflow {

enum class LaunchOptionPlace {
  instance,  // LaunchInstanceDetails itself
  vnic,      // its createVnicDetails
  source,    // its sourceDetails (InstanceSourceViaImageDetails)
};

struct LaunchOption {
  std::string_view name;
  LaunchOptionPlace place;
};

inline constexpr std::array<LaunchOption, 28> kLaunchOptions = {{
    {"nsgIds", LaunchOptionPlace::vnic},
    {"assignPublicIp", LaunchOptionPlace::vnic},
    {"privateIp", LaunchOptionPlace::vnic},
    {"hostnameLabel", LaunchOptionPlace::vnic},
    {"assignIpv6Ip", LaunchOptionPlace::vnic},
    {"assignPrivateDnsRecord", LaunchOptionPlace::vnic},
    {"skipSourceDestCheck", LaunchOptionPlace::vnic},
    {"privateIpId", LaunchOptionPlace::vnic},
    {"subnetCidr", LaunchOptionPlace::vnic},
    {"ipv6AddressIpv6SubnetCidrPairDetails", LaunchOptionPlace::vnic},
    {"bootVolumeSizeInGBs", LaunchOptionPlace::source},
    {"bootVolumeVpusPerGB", LaunchOptionPlace::source},
    {"kmsKeyId", LaunchOptionPlace::source},
    {"agentConfig", LaunchOptionPlace::instance},
    {"availabilityConfig", LaunchOptionPlace::instance},
    {"capacityReservationId", LaunchOptionPlace::instance},
    {"clusterPlacementGroupId", LaunchOptionPlace::instance},
    {"computeClusterId", LaunchOptionPlace::instance},
    {"dedicatedVmHostId", LaunchOptionPlace::instance},
    {"definedTags", LaunchOptionPlace::instance},
    {"instanceOptions", LaunchOptionPlace::instance},
    {"isPvEncryptionInTransitEnabled", LaunchOptionPlace::instance},
    {"launchOptions", LaunchOptionPlace::instance},
    {"platformConfig", LaunchOptionPlace::instance},
    {"licensingConfigs", LaunchOptionPlace::instance},
    {"preemptibleInstanceConfig", LaunchOptionPlace::instance},
    {"securityAttributes", LaunchOptionPlace::instance},
    {"isAIEnterpriseEnabled", LaunchOptionPlace::instance},
}};

constexpr std::optional<LaunchOptionPlace> place_of_launch_option(std::string_view name) {
  for (const LaunchOption& option : kLaunchOptions)
    if (option.name == name) return option.place;
  return std::nullopt;
}

}  // namespace migledger::workflow
