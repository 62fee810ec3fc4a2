#include "workflow/compute/subnet.h"

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

std::vector<std::string_view> blocks_of(const boost::json::value& subnet, std::string_view one,
                                        std::string_view list) {
  std::vector<std::string_view> blocks;
  if (const auto* all = member(&subnet, list); all && all->is_array())
    for (const auto& block : all->get_array())
      if (block.is_string()) blocks.emplace_back(block.get_string());
  if (const auto block = text(&subnet, one); blocks.empty() && !block.empty())
    blocks.push_back(block);
  return blocks;
}

}  // namespace

std::vector<std::string_view> ipv4_blocks_of(const boost::json::value& subnet) {
  return blocks_of(subnet, "cidrBlock", "ipv4CidrBlocks");
}

std::vector<std::string_view> ipv6_prefixes_of(const boost::json::value& subnet) {
  return blocks_of(subnet, "ipv6CidrBlock", "ipv6CidrBlocks");
}

}  // namespace migledger::workflow
