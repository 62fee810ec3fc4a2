// Subnets and network security groups: they stand because a configuration named them, and have no
// rows of their own. All of a region are of one virtual network.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "adapters/sim/services/call.h"
#include "workflow/cloud/ipv6.h"

namespace migledger::adapters::sim {

// As the API shows it; nothing: the region of the call has none of that OCID.
std::optional<boost::json::object> find_subnet(const Call& call, const std::string& id);
std::optional<boost::json::object> find_group(const Call& call, const std::string& id);

// Whether an interface of a living instance in that subnet has the address, or the host name.
bool address_in_use(const Call& call, const std::string& subnet, const std::string& address);
bool ipv6_in_use(const Call& call, const std::string& subnet, const workflow::Ipv6& address);
bool label_in_use(const Call& call, const std::string& subnet, const std::string& label);

Answer handle_subnets(Call& call);  // /20160918/subnets…
Answer handle_groups(Call& call);   // /20160918/networkSecurityGroups/{id}

}  // namespace migledger::adapters::sim
