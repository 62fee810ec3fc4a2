// Compute shapes: within which limits one takes a configuration, and of which processors it is.
#pragma once

#include <boost/json/fwd.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::workflow {

// What is not known is no limit.
struct ShapeLimits {
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  std::string_view name;
  bool flexible = false;
  double ocpus = 0, memory = 0;  // of a fixed shape; memory is in gigabytes everywhere here
  double fewest_ocpus = 0, most_ocpus = kNone;
  double least_memory = 0, most_memory = kNone;
  double least_memory_per_ocpu = 0, most_memory_per_ocpu = kNone;
  double threads_per_ocpu = 2;
  std::vector<std::string_view> baselines;  // "BASELINE_1_8"; empty: not known
  bool takes_nvmes = true, takes_local_volume = true;
};

// By an element of ListShapes, which outlives the limits.
ShapeLimits limits_of(const boost::json::value& listed);

// What a launch or a configuration requests of a shape; what it does not request is nothing.
struct ShapeRequest {
  std::optional<double> ocpus, memory, vcpus, nvmes, local_gigabytes;
  std::string_view baseline = {};  // "BASELINE_1_8"
};

// By a shapeConfig, which outlives the request.
ShapeRequest request_of(const boost::json::value& shape_config);

// Why the shape does not offer that: the member of shapeConfig that is wrong and what it must be.
// Nothing: the shape offers it.
struct ShapeProblem {
  std::string_view member;  // empty: the whole
  std::string message;      // "must be from 1 to 114 for VM.Standard.E4.Flex"
};
std::optional<ShapeProblem> problem_with(const ShapeLimits& shape, const ShapeRequest& request);

// OCPUs that the request amounts to; nothing: it gives none.
std::optional<double> ocpus_of(const ShapeLimits& shape, const ShapeRequest& request);

// ---- processors ---------------------------------------------------------------------------------

enum class Architecture { unknown, x86, arm };
std::string_view name_of(Architecture architecture);

// By the "processorDescription" of a shape or an instance.
Architecture architecture_of(std::string_view processor);

// An OCPU of an Ampere Altra is one core, any other has two threads or cores.
double threads_per_ocpu(std::string_view processor);

}  // namespace migledger::workflow
