// What every workflow checks of the places in its plan: availability domains and the target's
// compartment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

Request ask_domains(const View& view);  // of the target region
std::optional<Verdict> object_to_domains(const View& view, const boost::json::array& there,
                                         const std::vector<std::string>& wanted,
                                         std::string_view need);

Request ask_compartment(const View& view);  // the target's
std::optional<Verdict> object_to_compartment(const View& view, const Answer& answer,
                                             Verdict& verdict);

// What keeps the bucket from holding what is written to it on the way; `which` is "source".
std::optional<Verdict> object_to_staging(std::string_view which, std::string_view name,
                                         const boost::json::value* bucket);

}  // namespace migledger::workflow
