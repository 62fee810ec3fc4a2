#include "adapters/sim/compute/launch_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/names.h"
#include "adapters/sim/services/handlers.h"
#include "adapters/sim/services/network.h"
#include "adapters/sim/services/references.h"
#include "workflow/cloud/ipv4.h"
#include "workflow/cloud/ipv6.h"
#include "workflow/compute/subnet.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

// ---- models -------------------------------------------------------------------------------------

void check_agent(const json::object& agent) {
  check_fields(agent, "agentConfig.",
               {{"isMonitoringDisabled", Type::boolean},
                {"isManagementDisabled", Type::boolean},
                {"areAllPluginsDisabled", Type::boolean},
                {"pluginsConfig", Type::list}});
  const json::value* plugins = agent.if_contains("pluginsConfig");
  if (!plugins || !plugins->is_array()) return;
  for (const json::value& plugin : plugins->get_array()) {
    if (!plugin.is_object()) invalid("agentConfig.pluginsConfig must be a list of objects");
    check_fields(plugin.get_object(), "agentConfig.pluginsConfig.",
                 {{"name", Type::text, true, {}},
                  {"desiredState", Type::text, true, {"ENABLED", "DISABLED"}}});
  }
}

void check_launch_options(const json::object& options) {
  const std::initializer_list<std::string_view> kVolumeTypes = {"ISCSI", "SCSI", "IDE",
                                                                "VFIO",  "NVME", "PARAVIRTUALIZED"};
  check_fields(
      options, "launchOptions.",
      {{"bootVolumeType", Type::text, false, kVolumeTypes},
       {"firmware", Type::text, false, {"BIOS", "UEFI_64"}},
       {"isConsistentVolumeNamingEnabled", Type::boolean},
       {"isPvEncryptionInTransitEnabled", Type::boolean},
       {"networkType", Type::text, false, {"E1000", "VFIO", "PARAVIRTUALIZED", "ACCELERATEDPV"}},
       {"remoteDataVolumeType", Type::text, false, kVolumeTypes}});
}

void check_platform(const json::object& platform, const std::string& shape_name) {
  check_fields(platform, "platformConfig.",
               {{"type",
                 Type::text,
                 true,
                 {"AMD_MILAN_BM", "AMD_MILAN_BM_GPU", "AMD_ROME_BM", "AMD_ROME_BM_GPU",
                  "GENERIC_BM", "INTEL_ICELAKE_BM", "INTEL_SKYLAKE_BM", "AMD_VM", "INTEL_VM"}},
                {"isSecureBootEnabled", Type::boolean},
                {"isTrustedPlatformModuleEnabled", Type::boolean},
                {"isMeasuredBootEnabled", Type::boolean},
                {"isMemoryEncryptionEnabled", Type::boolean},
                {"isSymmetricMultiThreadingEnabled", Type::boolean},
                {"numaNodesPerSocket", Type::text, false, {"NPS0", "NPS1", "NPS2", "NPS4", "NPS6"}},
                {"isAccessControlServiceEnabled", Type::boolean},
                {"areVirtualInstructionsEnabled", Type::boolean},
                {"isInputOutputMemoryManagementUnitEnabled", Type::boolean},
                {"percentageOfCoresEnabled", Type::number},
                {"configMap", Type::object}});
  const std::string type = text(platform, "type");
  const Shape* shape = find_shape(shape_name);
  if (shape && shape->platform != type)
    invalid(fmt::format("platformConfig.type {} is not valid for shape {}", type, shape_name));
  if (!type.ends_with("_VM")) return;
  for (const auto& [name, value] : platform)
    if (name == "numaNodesPerSocket" || name == "percentageOfCoresEnabled" ||
        name == "isAccessControlServiceEnabled" || name == "areVirtualInstructionsEnabled" ||
        name == "isInputOutputMemoryManagementUnitEnabled")
      refuse(400, "CannotParseRequest",
             fmt::format("Unrecognized field \"platformConfig.{}\".", std::string_view(name)));
}

void check_preemptible(const json::object& config) {
  check_fields(config, "preemptibleInstanceConfig.",
               {{"preemptionAction", Type::object, true, {}}});
  check_fields(*member(config, "preemptionAction"), "preemptibleInstanceConfig.preemptionAction.",
               {{"type", Type::text, true, {"TERMINATE"}}, {"preserveBootVolume", Type::boolean}});
}

void check_licences(const json::array& licences) {
  for (const json::value& licence : licences) {
    if (!licence.is_object()) invalid("licensingConfigs must be a list of objects");
    check_fields(licence.get_object(), "licensingConfigs.",
                 {{"type", Type::text, true, {"WINDOWS"}},
                  {"licenseType",
                   Type::text,
                   false,
                   {"OCI_PROVIDED", "BRING_YOUR_OWN_LICENSE", "PARTNER_PROVIDED"}}});
  }
}

void check_boot_source(const Call& call, const json::object& source) {
  const double size = number(source, "bootVolumeSizeInGBs", 50);
  if (size < 50 || size > 32768 || size != static_cast<double>(static_cast<std::int64_t>(size)))
    invalid("sourceDetails.bootVolumeSizeInGBs must be a whole number from 50 to 32768");
  if (!is_volume_performance(number(source, "bootVolumeVpusPerGB", 10), true))
    invalid("sourceDetails.bootVolumeVpusPerGB must be 10, 20, 30 and so on up to 120");
  check_key(text(source, "kmsKeyId"), call.region.name);
}

// ---- what excludes what -------------------------------------------------------------------------

bool has(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  return value && !value->is_null() && !(value->is_string() && value->get_string().empty());
}

void check_exclusions(const json::object& body) {
  const auto exclude = [&](std::string_view one, std::string_view other) {
    if (has(body, one) && has(body, other))
      invalid(fmt::format("{} and {} cannot be given together", one, other));
  };
  exclude("dedicatedVmHostId", "capacityReservationId");
  exclude("dedicatedVmHostId", "computeClusterId");
  exclude("preemptibleInstanceConfig", "dedicatedVmHostId");
  exclude("preemptibleInstanceConfig", "capacityReservationId");
  const std::string shape = text(body, "shape");
  const bool bare_metal = shape.starts_with("BM.");
  if (bare_metal && has(body, "dedicatedVmHostId"))
    invalid(fmt::format("Shape {} cannot be launched on a dedicated virtual machine host", shape));
  if (bare_metal && has(body, "preemptibleInstanceConfig"))
    invalid(fmt::format("Shape {} cannot be preemptible", shape));
  if (!bare_metal && has(body, "computeClusterId"))
    invalid(fmt::format("Shape {} cannot be launched in a compute cluster", shape));
  const json::object* options = member(body, "launchOptions");
  if (options && has(*options, "isPvEncryptionInTransitEnabled") &&
      has(body, "isPvEncryptionInTransitEnabled") &&
      flag(*options, "isPvEncryptionInTransitEnabled", false) !=
          flag(body, "isPvEncryptionInTransitEnabled", false))
    invalid("isPvEncryptionInTransitEnabled and that of launchOptions must be equal");
}

// Where an instance is to lie that is of one availability domain only.
void check_placement(const Call& call, const json::object& body) {
  const std::string domain = text(body, "availabilityDomain");
  struct Place {
    std::string_view member, kind;
  };
  for (const Place& place :
       {Place{"capacityReservationId", "capacityreservation"},
        Place{"dedicatedVmHostId", "dedicatedvmhost"}, Place{"computeClusterId", "computecluster"},
        Place{"clusterPlacementGroupId", "clusterplacementgroup"}}) {
    const std::string id = text(body, place.member);
    check_reference(call, id, place.kind);
    const std::string lies = id.empty() ? std::string() : lies_beside(call, id);
    if (!lies.empty() && lies != domain)
      invalid(fmt::format("{} lies in {}, not in {}", place.member, lies, domain));
  }
}

}  // namespace

void check_launch_members(const Call& call, const json::object& body) {
  if (const auto* agent = member(body, "agentConfig")) check_agent(*agent);
  if (const auto* availability = member(body, "availabilityConfig"))
    check_fields(*availability, "availabilityConfig.",
                 {{"isLiveMigrationPreferred", Type::boolean},
                  {"recoveryAction", Type::text, false, {"RESTORE_INSTANCE", "STOP_INSTANCE"}}});
  if (const auto* options = member(body, "instanceOptions"))
    check_fields(*options, "instanceOptions.", {{"areLegacyImdsEndpointsDisabled", Type::boolean}});
  if (const auto* options = member(body, "launchOptions")) check_launch_options(*options);
  if (const auto* platform = member(body, "platformConfig"))
    check_platform(*platform, text(body, "shape"));
  if (const auto* preemptible = member(body, "preemptibleInstanceConfig"))
    check_preemptible(*preemptible);
  if (const json::value* licences = body.if_contains("licensingConfigs");
      licences && licences->is_array())
    check_licences(licences->get_array());
  if (const auto* source = member(body, "sourceDetails")) check_boot_source(call, *source);
  check_exclusions(body);
  check_placement(call, body);
}

Size check_shape(const Call& call, const json::object& body) {
  const std::string name = text(body, "shape");
  if (name.empty()) missing("shape");
  const Shape* shape = find_shape(name);
  if (!shape) invalid(fmt::format("Shape {} is not valid.", name));
  if (!is_offered(call, name, text(body, "availabilityDomain"), true))
    refuse(404, "NotAuthorizedOrNotFound",
           fmt::format("shape {} not found in {}", name, text(body, "availabilityDomain")));
  const json::object* config = member(body, "shapeConfig");
  if (config)
    check_fields(*config, "shapeConfig.",
                 {{"ocpus", Type::number},
                  {"memoryInGBs", Type::number},
                  {"vcpus", Type::number},
                  {"nvmes", Type::number},
                  {"localVolumeSizeInGBs", Type::number},
                  {"resourceManagement", Type::text, false, {"DYNAMIC", "STATIC"}},
                  {"baselineOcpuUtilization",
                   Type::text,
                   false,
                   {"BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"}}});
  const json::value shown = config ? json::value(*config) : json::value();
  const workflow::ShapeRequest request = workflow::request_of(shown);
  if (const auto problem = problem_with(limits_of(*shape), request))
    invalid(fmt::format("shapeConfig{}{} {}", problem->member.empty() ? "" : ".", problem->member,
                        problem->message));
  if (!shape->flexible()) return {shape->ocpus, shape->memory};
  if (!config) missing(fmt::format("shapeConfig, which the flexible shape {} needs,", name));
  if (!request.ocpus && !request.vcpus)
    missing(fmt::format("shapeConfig.ocpus, which {} needs,", name));
  const auto limits = limits_of(*shape);
  if (request.vcpus && std::fmod(*request.vcpus, limits.threads_per_ocpu) != 0)
    invalid(fmt::format("shapeConfig.vcpus must be a multiple of {}", limits.threads_per_ocpu));
  const double ocpus = *workflow::ocpus_of(limits, request);
  return {ocpus,
          request.memory ? *request.memory : std::min(shape->most_memory, ocpus * shape->memory)};
}

void check_compatible(const Image& image, const std::string& shape) {
  const Shape* known = find_shape(shape);
  if (known && known->is_arm() != image.arm)
    invalid(fmt::format("Shape {} is not valid for image {}.", shape, image.id));
}

namespace {

void check_ipv4(const Call& call, const json::object& vnic, const json::value& subnet,
                Interface& result) {
  const std::string address = text(vnic, "privateIp");
  const std::string block = text(vnic, "subnetCidr");
  if (!address.empty() && !text(vnic, "privateIpId").empty())
    invalid("createVnicDetails.privateIp cannot be given together with privateIpId");
  if (!address.empty() && !block.empty())
    invalid("createVnicDetails.privateIp cannot be given together with subnetCidr");
  const auto blocks = workflow::ipv4_blocks_of(subnet);
  if (!block.empty() && std::ranges::find(blocks, block) == blocks.end())
    invalid(fmt::format("createVnicDetails.subnetCidr {} is none of the subnet", block));
  if (address.empty()) return;
  const auto parsed = workflow::parse_ipv4(address);
  const bool is_free = parsed && std::ranges::any_of(blocks, [&](std::string_view one) {
                         const auto range = workflow::parse_cidr(one);
                         return range && range->contains(*parsed) && !range->keeps(*parsed);
                       });
  if (!is_free)
    invalid(fmt::format("createVnicDetails.privateIp {} is not an available address in {}", address,
                        fmt::join(blocks, ", ")));
  if (address_in_use(call, result.subnet, address))
    refuse(409, "Conflict", fmt::format("IP address {} is already in use.", address));
  result.private_ip = address;
}

void check_ipv6(const Call& call, const json::object& vnic, const json::value& subnet,
                const std::string& subnet_id) {
  const auto prefixes = workflow::ipv6_prefixes_of(subnet);
  const json::value* pairs = vnic.if_contains("ipv6AddressIpv6SubnetCidrPairDetails");
  const bool has_pairs = pairs && pairs->is_array();
  if ((flag(vnic, "assignIpv6Ip", false) || has_pairs) && prefixes.empty())
    invalid("createVnicDetails.assignIpv6Ip: the subnet has no IPv6 prefix");
  if (!has_pairs) return;
  constexpr std::string_view kPath = "ipv6AddressIpv6SubnetCidrPairDetails.";
  const auto any = [&](auto&& holds) {
    return std::ranges::any_of(prefixes, [&](std::string_view one) {
      const auto prefix = workflow::parse_ipv6_prefix(one);
      return prefix && holds(*prefix);
    });
  };
  for (const json::value& pair : pairs->get_array()) {
    if (!pair.is_object()) invalid(fmt::format("{} must be a list of objects", kPath));
    const json::object& details = pair.get_object();
    check_fields(details, kPath, {{"ipv6SubnetCidr"}, {"ipv6Address"}, {"ipv6Id"}});
    check_reference(call, text(details, "ipv6Id"), "ipv6");
    const std::string block = text(details, "ipv6SubnetCidr");
    const auto wanted = workflow::parse_ipv6_prefix(block);
    if (!block.empty() && (!wanted || !any([&](const auto& prefix) { return prefix == *wanted; })))
      invalid(fmt::format("{}ipv6SubnetCidr {} is none of the subnet", kPath, block));
    const std::string address = text(details, "ipv6Address");
    if (address.empty()) continue;
    const auto parsed = workflow::parse_ipv6(address);
    if (!parsed || workflow::is_unusable_ipv6(*parsed) ||
        !any([&](const auto& prefix) { return prefix.contains(*parsed); }) ||
        (wanted && !wanted->contains(*parsed)))
      invalid(fmt::format("{}ipv6Address {} is not an available address", kPath, address));
    if (ipv6_in_use(call, subnet_id, *parsed))
      refuse(409, "Conflict", fmt::format("IP address {} is already in use.", address));
  }
}

}  // namespace

Interface check_interface(Call& call, const json::object& body) {
  Interface result;
  result.subnet = text(body, "subnetId");
  const json::object none;
  const json::object* given = member(body, "createVnicDetails");
  const json::object& vnic = given ? *given : none;
  check_fields(vnic, "createVnicDetails.",
               {{"assignIpv6Ip", Type::boolean},
                {"assignPrivateDnsRecord", Type::boolean},
                {"assignPublicIp", Type::boolean},
                {"definedTags", Type::object},
                {"displayName"},
                {"freeformTags", Type::object},
                {"hostnameLabel"},
                {"ipv6AddressIpv6SubnetCidrPairDetails", Type::list},
                {"nsgIds", Type::list},
                {"privateIp"},
                {"privateIpId"},
                {"securityAttributes", Type::object},
                {"skipSourceDestCheck", Type::boolean},
                {"subnetCidr"},
                {"subnetId"},
                {"vlanId"}});
  if (!text(vnic, "subnetId").empty()) result.subnet = text(vnic, "subnetId");
  if (result.subnet.empty()) missing("createVnicDetails.subnetId");
  const auto subnet = find_subnet(call, result.subnet);
  if (!subnet) not_found();
  kept_members(vnic, {"definedTags"});
  tags_of(vnic);

  const std::string in_domain = text(*subnet, "availabilityDomain");
  if (!in_domain.empty() && in_domain != text(body, "availabilityDomain"))
    invalid(fmt::format("The subnet lies in {} only", in_domain));
  const std::string label = text(vnic, "hostnameLabel");
  if (!label.empty()) {
    if (!is_host_label(label)) invalid("createVnicDetails.hostnameLabel is no host name");
    if (!flag(vnic, "assignPrivateDnsRecord", true))
      invalid("createVnicDetails.assignPrivateDnsRecord must be true with a hostnameLabel");
    if (text(*subnet, "dnsLabel").empty())
      invalid("createVnicDetails.hostnameLabel: the subnet has no DNS label");
    if (label_in_use(call, result.subnet, label))
      invalid(fmt::format("createVnicDetails.hostnameLabel {} is in use in the subnet", label));
  }
  const bool is_private = flag(*subnet, "prohibitPublicIpOnVnic", false) ||
                          flag(*subnet, "prohibitInternetIngress", false);
  result.public_ip = flag(vnic, "assignPublicIp", !is_private);
  if (result.public_ip && is_private)
    invalid("createVnicDetails.assignPublicIp: the subnet prohibits public IP addresses");
  check_ipv6(call, vnic, *subnet, result.subnet);
  const json::value* groups = vnic.if_contains("nsgIds");
  if (groups && groups->is_array()) {
    if (groups->get_array().size() > kMostGroups)
      invalid(fmt::format("createVnicDetails.nsgIds: at most {} groups", kMostGroups));
    for (const json::value& group : groups->get_array()) {
      const std::string id = group.is_string() ? std::string(group.get_string()) : std::string();
      if (id.empty()) invalid("createVnicDetails.nsgIds must be a list of OCIDs");
      const auto found = find_group(call, id);
      if (!found) not_found();
      if (text(*found, "vcnId") != text(*subnet, "vcnId"))
        invalid(fmt::format("Network security group {} is of another virtual network", id));
    }
  }
  const std::string given_ip = text(vnic, "privateIpId");
  check_reference(call, given_ip, "privateip");
  if (!given_ip.empty() && !lies_beside(call, given_ip).empty() &&
      lies_beside(call, given_ip) != result.subnet)
    invalid(fmt::format("createVnicDetails.privateIpId {} is of another subnet", given_ip));
  check_ipv4(call, vnic, *subnet, result);
  return result;
}

}  // namespace migledger::adapters::sim
