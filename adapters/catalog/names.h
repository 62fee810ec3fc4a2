// The forms that OCI gives to names and small values. Lengths are in characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace migledger::adapters {

// 1 to 256 letters, digits, "-", "_" and ".".
bool is_bucket_name(std::string_view text);

// 1 to 1024 bytes of UTF-8 without line feed, carriage return and NUL:
// https://docs.oracle.com/iaas/Content/Object/Tasks/managingobjects.htm.
bool is_object_name(std::string_view text);

// The key of a tag, or a namespace of tags: 1 to 100 printable ASCII characters without space and
// period: https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm.
bool is_tag_name(std::string_view text);

// The value of a tag: up to 256 characters.
bool is_tag_text(std::string_view text);

// On one resource at most so many tags of each kind.
inline constexpr std::size_t kMostFreeformTags = 10;
inline constexpr std::size_t kMostDefinedTags = 64;

// A host name (RFC 952, RFC 1123) without dots: 1 to 63 letters, digits and "-", beginning with a
// letter, no "-" at the end.
bool is_host_label(std::string_view text);

// FAULT-DOMAIN-1 to FAULT-DOMAIN-3: every availability domain has them.
bool is_fault_domain_name(std::string_view text);

// A consistent device path of an attached block volume: /dev/oracleoci/oraclevdb to oraclevdz, then
// oraclevdaa to oraclevdag, 32 in all; oraclevda is the boot volume.
bool is_device_path(std::string_view text);
inline constexpr std::size_t kMostAttachedVolumes = 32;

// Performance units of a volume for each gigabyte: 0 (not for boot volumes) to 120 in steps of 10.
bool is_volume_performance(double units, bool of_boot_volume);

// All keys and values of an instance's metadata together.
inline constexpr std::size_t kMostMetadataBytes = 32'000;

// A VNIC's network security groups.
inline constexpr std::size_t kMostGroups = 5;

// ---- addresses ----------------------------------------------------------------------------------

// Whether OCI keeps the address from every virtual network: link-local, loopback, multicast,
// reserved and "this" network.
bool is_unusable_ipv4(std::uint32_t address);

}  // namespace migledger::adapters
