// What a subnet shows of its addresses.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

namespace migledger::workflow {

// The IPv4 blocks and the IPv6 prefixes of a subnet, which shows one or a list; they are parts of
// `subnet`.
std::vector<std::string_view> ipv4_blocks_of(const boost::json::value& subnet);
std::vector<std::string_view> ipv6_prefixes_of(const boost::json::value& subnet);

}  // namespace migledger::workflow
