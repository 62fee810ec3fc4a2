// The parts of the check of the target: each holds what was read against the plan. They return what
// refuses the target, and note the rest in `verdict`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/compute/shape_limits.h"
#include "workflow/steps/launch_shape.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow::compute {

// ---- places -------------------------------------------------------------------------------------

// The availability domains of the plan: the target's, and those to go on to.
std::vector<std::string> domains_of(const View& view);

// ---- shapes (compute/target_shape.cc) -----------------------------------------------------------

// The list of shapes of one availability domain.
struct ShapesOf {
  std::string domain;
  const Answer* answer = nullptr;
};
// The shape as the first of them that has it lists it; null: none has it.
const boost::json::value* listed_shape(const std::vector<ShapesOf>& lists, std::string_view shape);

// Whether every place has the shape, whether it takes the configuration, and whether it runs the
// source's image.
std::optional<Verdict> object_to_shape(const View& view, const std::vector<ShapesOf>& lists,
                                       Verdict& verdict);

// Whether the shapes that the source's image is known to run on have it.
void note_image_shapes(const View& view, const Answer* list, Verdict& verdict);

// What is asked of the limits service: how many OCPUs of the shape there may still be. Nothing:
// there is no such limit, or the launch takes none of it.
std::optional<Request> ask_core_limit(const View& view, const boost::json::value& shape);
std::optional<Verdict> object_to_core_limit(const View& view, const Answer& answer,
                                            const boost::json::value& shape, Verdict& verdict);

// ---- the network (compute/target_network.cc) ----------------------------------------------------

std::optional<Verdict> object_to_subnet(const View& view, const boost::json::value& subnet,
                                        Verdict& verdict);
std::optional<Verdict> object_to_group(const boost::json::value& subnet, std::string_view id,
                                       const Answer& answer);
// The private IP that the plan names by its OCID.
std::optional<Verdict> object_to_private_ip(const View& view, const Answer& answer);

// Whether the plan gives an address or a host name that another interface may have.
bool names_address(const View& view);
// What another interface of the subnet has of those, for people; empty: nothing.
std::string taken_in_subnet(const View& view, const Answer& private_ips);

}  // namespace migledger::workflow::compute
