#include "workflow/steps/launch_shape.h"

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

std::string_view shape_to_launch(const View& view) {
  const auto configured = view.plan("target_instance_shape");
  return configured.empty() ? view.fact("source_shape") : configured;
}

boost::json::value config_to_launch(const View& view) {
  auto config = plan_json(view, "shape_config");
  if (config.is_object()) return config;
  return parse_json(view.fact("source_config")).value_or(nullptr);
}

}  // namespace migledger::workflow
