// The shape that the new instance is launched with.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "workflow/model/step.h"

namespace migledger::workflow {

// Its name.
std::string_view shape_to_launch(const View& view);

// The configuration of a flexible shape: the plan's, else the source's; null: there is none.
boost::json::value config_to_launch(const View& view);

}  // namespace migledger::workflow
