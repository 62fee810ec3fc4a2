#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ledger/base/letter_case.h"
#include "workflow/cloud/ipv4.h"
#include "workflow/cloud/ipv6.h"
#include "workflow/compute/subnet.h"
#include "workflow/compute/target.h"
#include "workflow/steps/check_answers.h"

namespace migledger::workflow::compute {

namespace {

namespace json = boost::json;

std::string option(std::string_view name) { return fmt::format("\"launch_options\".\"{}\"", name); }

std::optional<Verdict> object_to_address(const json::value& options, const json::value& subnet) {
  const auto address = text(&options, "privateIp");
  const auto blocks = ipv4_blocks_of(subnet);
  if (const auto wanted = text(&options, "subnetCidr");
      !wanted.empty() && !blocks.empty() && std::ranges::find(blocks, wanted) == blocks.end())
    return Verdict::refused(fmt::format("{}: {} is none of the subnet's blocks {}",
                                        option("subnetCidr"), wanted, fmt::join(blocks, ", ")),
                            fmt::format("correct {}, or leave it out", option("subnetCidr")));
  const auto parsed = parse_ipv4(address);
  if (!parsed || blocks.empty()) return std::nullopt;
  for (const auto block : blocks) {
    const auto cidr = parse_cidr(block);
    if (!cidr || !cidr->contains(*parsed)) continue;
    if (!cidr->keeps(*parsed)) return std::nullopt;
    return Verdict::refused(
        fmt::format("{}: {} is one of the three addresses that OCI keeps in {} for itself",
                    option("privateIp"), address, block),
        fmt::format("configure another address of the subnet, or leave {} out",
                    option("privateIp")));
  }
  return Verdict::refused(
      fmt::format("{}: {} is not in the subnet, which has {}", option("privateIp"), address,
                  fmt::join(blocks, ", ")),
      fmt::format("configure an address of the subnet, or leave {} out", option("privateIp")));
}

// The IPv6 addresses that the plan gives, and the prefixes that it takes them from.
std::optional<Verdict> object_to_ipv6(const json::value& options, const json::value& subnet) {
  constexpr std::string_view kPairs = "ipv6AddressIpv6SubnetCidrPairDetails";
  const auto blocks = ipv6_prefixes_of(subnet);
  const auto* pairs = member(&options, kPairs);
  if (blocks.empty() || !pairs || !pairs->is_array()) return std::nullopt;
  const auto any = [&](auto&& holds) {
    return std::ranges::any_of(blocks, [&](std::string_view block) {
      const auto prefix = parse_ipv6_prefix(block);
      return !prefix || holds(*prefix);
    });
  };
  const auto refuse = [&](std::string_view wanted) {
    return Verdict::refused(
        fmt::format("{}: {} is not in the subnet, whose IPv6 prefixes are {}", option(kPairs),
                    wanted, fmt::join(blocks, ", ")),
        fmt::format("configure what is of the subnet, or leave {} out", option(kPairs)));
  };
  for (const auto& pair : pairs->get_array()) {
    const auto block = text(&pair, "ipv6SubnetCidr"), address = text(&pair, "ipv6Address");
    if (const auto wanted = parse_ipv6_prefix(block);
        wanted && !any([&](const Ipv6Prefix& prefix) { return prefix == *wanted; }))
      return refuse(block);
    if (const auto wanted = parse_ipv6(address);
        wanted && !any([&](const Ipv6Prefix& prefix) { return prefix.contains(*wanted); }))
      return refuse(address);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Verdict> object_to_subnet(const View& view, const json::value& subnet,
                                        Verdict& verdict) {
  const auto id = view.plan("target_subnet_id");
  if (const auto domain = text(&subnet, "availabilityDomain"); !domain.empty())
    for (const auto& wanted : domains_of(view))
      if (wanted != domain)
        return Verdict::refused(
            fmt::format("target subnet {} lies in {} only, not in {}", id, domain, wanted),
            "use a regional subnet, or the subnet's availability domain");
  const auto options = plan_json(view, "launch_options");
  if (auto no = object_to_address(options, subnet)) return no;
  if (is_true(&options, "assignPublicIp") &&
      (is_true(&subnet, "prohibitPublicIpOnVnic") || is_true(&subnet, "prohibitInternetIngress")))
    return Verdict::refused(
        fmt::format("{}: target subnet {} prohibits public IP addresses", option("assignPublicIp"),
                    id),
        fmt::format("configure a public subnet, or leave {} out", option("assignPublicIp")));
  const bool wants_ipv6 = is_true(&options, "assignIpv6Ip") ||
                          member(&options, "ipv6AddressIpv6SubnetCidrPairDetails") != nullptr;
  if (wants_ipv6 && ipv6_prefixes_of(subnet).empty())
    return Verdict::refused(
        fmt::format("the plan gives the instance an IPv6 address, and target subnet {} has no IPv6 "
                    "prefix",
                    id),
        fmt::format("configure a subnet with an IPv6 prefix, or leave {} out",
                    option("assignIpv6Ip")));
  if (auto no = object_to_ipv6(options, subnet)) return no;
  const bool has_dns = !text(&subnet, "dnsLabel").empty();
  if (!text(&options, "hostnameLabel").empty() && !has_dns)
    return Verdict::refused(
        fmt::format("{}: target subnet {} has no DNS label, so no interface in it has a host name",
                    option("hostnameLabel"), id),
        fmt::format("configure a subnet with a DNS label, or leave {} out",
                    option("hostnameLabel")));
  if (is_true(&options, "assignPrivateDnsRecord") && !has_dns)
    verdict.findings.push_back(
        fmt::format("target subnet {} has no DNS label: {} may be without effect", id,
                    option("assignPrivateDnsRecord")));
  return std::nullopt;
}

std::optional<Verdict> object_to_group(const json::value& subnet, std::string_view id,
                                       const Answer& answer) {
  const auto* group = shown(answer);
  if (!group)
    return is_hidden_or_gone(answer)
               ? refused_as_absent(answer, "network security group", id,
                                   fmt::format("check {} and the policies (use "
                                               "network-security-groups)",
                                               option("nsgIds")))
               : Verdict::cannot_look(answer);
  const auto state = text(group, "lifecycleState");
  if (state == "PROVISIONING") return Verdict::pending(state);
  if (state != "AVAILABLE")
    return Verdict::refused(fmt::format("network security group {} is {}", id, state),
                            fmt::format("correct {}", option("nsgIds")));
  const auto network = text(group, "vcnId"), wanted = text(&subnet, "vcnId");
  if (network != wanted && !network.empty() && !wanted.empty())
    return Verdict::refused(
        fmt::format("network security group {} is of virtual network {}, and the target subnet of "
                    "{}",
                    id, network, wanted),
        fmt::format("configure groups of the subnet's network in {}", option("nsgIds")));
  return std::nullopt;
}

std::optional<Verdict> object_to_private_ip(const View& view, const Answer& answer) {
  const auto options = plan_json(view, "launch_options");
  const auto id = text(&options, "privateIpId");
  const auto* found = shown(answer);
  const std::string need = fmt::format("correct {}, or leave it out", option("privateIpId"));
  if (!found)
    return is_hidden_or_gone(answer) ? refused_as_absent(answer, "private IP", id, need)
                                     : Verdict::cannot_look(answer);
  if (const auto subnet = text(found, "subnetId");
      !subnet.empty() && subnet != view.plan("target_subnet_id"))
    return Verdict::refused(fmt::format("private IP {} is of subnet {}, not of {}", id, subnet,
                                        view.plan("target_subnet_id")),
                            need);
  return std::nullopt;
}

bool names_address(const View& view) {
  const auto options = plan_json(view, "launch_options");
  return !text(&options, "privateIp").empty() || !text(&options, "hostnameLabel").empty();
}

std::string taken_in_subnet(const View& view, const Answer& private_ips) {
  const auto options = plan_json(view, "launch_options");
  const auto address = text(&options, "privateIp");
  const auto label = lower_case(text(&options, "hostnameLabel"));
  const auto* items = items_of(private_ips);
  if (!items) return {};
  for (const auto& item : *items) {
    if (!address.empty() && text(&item, "ipAddress") == address)
      return fmt::format("the address {}", address);
    if (!label.empty() && lower_case(text(&item, "hostnameLabel")) == label)
      return fmt::format("the host name {}", label);
  }
  return {};
}

}  // namespace migledger::workflow::compute
