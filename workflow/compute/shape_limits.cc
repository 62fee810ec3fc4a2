#include "workflow/compute/shape_limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

namespace json = boost::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool outside(double value, double least, double most) { return value < least || value > most; }

void take(double& limit, const json::value* object, std::string_view key) {
  if (const auto value = workflow::number(object, key)) limit = *value;
}

}  // namespace

ShapeLimits limits_of(const json::value& listed) {
  ShapeLimits shape;
  shape.name = text(&listed, "shape");
  const auto* flexible = member(&listed, "isFlexible");
  shape.flexible =
      flexible && flexible->is_bool() ? flexible->get_bool() : shape.name.ends_with(".Flex");
  shape.threads_per_ocpu = threads_per_ocpu(text(&listed, "processorDescription"));
  take(shape.ocpus, &listed, "ocpus");
  take(shape.memory, &listed, "memoryInGBs");
  const auto* ocpus = member(&listed, "ocpuOptions");
  take(shape.fewest_ocpus, ocpus, "min");
  take(shape.most_ocpus, ocpus, "max");
  const auto* memory = member(&listed, "memoryOptions");
  take(shape.least_memory, memory, "minInGBs");
  take(shape.most_memory, memory, "maxInGBs");
  take(shape.least_memory_per_ocpu, memory, "minPerOcpuInGBs");
  take(shape.most_memory_per_ocpu, memory, "maxPerOcpuInGBs");
  if (const auto* baselines = member(&listed, "baselineOcpuUtilizations");
      baselines && baselines->is_array())
    for (const auto& word : baselines->get_array())
      if (word.is_string()) shape.baselines.emplace_back(word.get_string());
  // Its instances have whole OCPUs.
  if (const auto* subcore = member(&listed, "isSubcore");
      subcore && subcore->is_bool() && !subcore->get_bool())
    shape.baselines = {"BASELINE_1_1"};
  return shape;
}

ShapeRequest request_of(const json::value& shape_config) {
  ShapeRequest request;
  request.ocpus = number(&shape_config, "ocpus");
  request.memory = number(&shape_config, "memoryInGBs");
  request.vcpus = number(&shape_config, "vcpus");
  request.nvmes = number(&shape_config, "nvmes");
  request.local_gigabytes = number(&shape_config, "localVolumeSizeInGBs");
  request.baseline = text(&shape_config, "baselineOcpuUtilization");
  return request;
}

std::optional<double> ocpus_of(const ShapeLimits& shape, const ShapeRequest& request) {
  if (!shape.flexible) return shape.ocpus;
  if (request.ocpus) return request.ocpus;
  if (request.vcpus) return *request.vcpus / shape.threads_per_ocpu;
  return std::nullopt;
}

namespace {

std::optional<ShapeProblem> problem_with_cores(const ShapeLimits& shape,
                                               const ShapeRequest& request) {
  const double threads = shape.threads_per_ocpu;
  if (request.ocpus && outside(*request.ocpus, shape.fewest_ocpus, shape.most_ocpus))
    return ShapeProblem{"ocpus", fmt::format("must be from {} to {} for {}", shape.fewest_ocpus,
                                             shape.most_ocpus, shape.name)};
  if (request.vcpus && outside(*request.vcpus / threads, shape.fewest_ocpus, shape.most_ocpus))
    return ShapeProblem{"vcpus",
                        fmt::format("must be from {} to {} for {}", shape.fewest_ocpus * threads,
                                    shape.most_ocpus * threads, shape.name)};
  if (request.vcpus && request.ocpus && *request.vcpus != *request.ocpus * threads)
    return ShapeProblem{"vcpus",
                        fmt::format("contradicts ocpus: {} OCPUs of {} are {} virtual CPUs",
                                    *request.ocpus, shape.name, *request.ocpus * threads)};
  return std::nullopt;
}

std::optional<ShapeProblem> problem_with_memory(const ShapeLimits& shape,
                                                const ShapeRequest& request) {
  if (!request.memory) return std::nullopt;
  const double ocpus = ocpus_of(shape, request).value_or(0);
  if (outside(*request.memory, shape.least_memory, shape.most_memory))
    return ShapeProblem{"memoryInGBs",
                        fmt::format("must be from {} to {} for {}", shape.least_memory,
                                    shape.most_memory, shape.name)};
  const double least = std::max(shape.least_memory, ocpus * shape.least_memory_per_ocpu);
  const double most = std::min(shape.most_memory, ocpus * shape.most_memory_per_ocpu);
  if (ocpus > 0 && outside(*request.memory, least, most))
    return ShapeProblem{"memoryInGBs", fmt::format("must be from {} to {} for {} OCPUs of {}",
                                                   least, most, ocpus, shape.name)};
  return std::nullopt;
}

}  // namespace

std::optional<ShapeProblem> problem_with(const ShapeLimits& shape, const ShapeRequest& request) {
  if (!shape.flexible) {
    const bool configures = request.ocpus || request.memory || request.vcpus || request.nvmes ||
                            request.local_gigabytes || !request.baseline.empty();
    if (!configures) return std::nullopt;
    return ShapeProblem{"", fmt::format("{} is a fixed shape of {} OCPUs and {} GB, which takes no "
                                        "shape configuration",
                                        shape.name, shape.ocpus, shape.memory)};
  }
  if (auto problem = problem_with_cores(shape, request)) return problem;
  if (auto problem = problem_with_memory(shape, request)) return problem;
  const auto& baselines = shape.baselines;
  if (!request.baseline.empty() && !baselines.empty() &&
      std::find(baselines.begin(), baselines.end(), request.baseline) == baselines.end())
    return ShapeProblem{
        "baselineOcpuUtilization",
        fmt::format("must be {} or absent for {}", fmt::join(baselines, ", "), shape.name)};
  if (request.nvmes && *request.nvmes > 0 && !shape.takes_nvmes)
    return ShapeProblem{"nvmes", fmt::format("must be absent: {} has no local disks", shape.name)};
  if (request.local_gigabytes && !shape.takes_local_volume)
    return ShapeProblem{"localVolumeSizeInGBs",
                        fmt::format("must be absent: {} is not a DenseLV shape", shape.name)};
  return std::nullopt;
}

std::string_view name_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::x86:
      return "x86";
    case Architecture::arm:
      return "Arm";
    case Architecture::unknown:
      break;
  }
  return "an unknown architecture";
}

Architecture architecture_of(std::string_view processor) {
  if (contains(processor, "Ampere")) return Architecture::arm;
  if (contains(processor, "Intel") || contains(processor, "AMD")) return Architecture::x86;
  return Architecture::unknown;
}

double threads_per_ocpu(std::string_view processor) { return contains(processor, "Altra") ? 1 : 2; }

}  // namespace migledger::workflow
