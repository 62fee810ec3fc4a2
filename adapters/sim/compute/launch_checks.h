// What LaunchInstance refuses of a request: the models of its members, and what contradicts the
// shape, the image, the subnet or one another.
#pragma once

#include <boost/json/object.hpp>

#include "adapters/catalog/shapes.h"
#include "adapters/sim/services/call.h"

namespace migledger::adapters::sim {

// Checks every member against its model, and what excludes what.
void check_launch_members(const Call& call, const boost::json::object& body);

// What is launched of a shape.
struct Size {
  double ocpus = 0, memory = 0;
};
// 400 InvalidParameter or MissingParameter unless the shape takes the configuration, 404 where the
// availability domain does not offer the shape.
Size check_shape(const Call& call, const boost::json::object& body);

// 400 InvalidParameter unless the image runs on the shape.
void check_compatible(const Image& image, const std::string& shape);

// The subnet, and the address that the interface asks for in it; 404 or 400 where it cannot be.
struct Interface {
  std::string subnet, private_ip;
  bool public_ip = false;
};
Interface check_interface(Call& call, const boost::json::object& body);

}  // namespace migledger::adapters::sim
