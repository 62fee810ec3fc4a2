// Compute shapes: what each offers, and within what limits.
// Source: the shapes that OCI's ListShapes shows and
// https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm. Oracle adds shapes, so
// a shape that is not here may exist.
#pragma once

#include <span>
#include <string_view>

#include "workflow/compute/shape_limits.h"

namespace migledger::adapters {

struct Shape {
  std::string_view name;       // "VM.Standard.E4.Flex"
  std::string_view processor;  // as ListShapes describes it
  double ocpus;                // by default
  double memory;               // gigabytes, by default; of a flexible shape for one OCPU

  // Of a flexible shape; zero: the shape is fixed.
  double most_ocpus = 0;
  double most_memory = 0;
  double fewest_ocpus = 1;

  std::string_view limit = {};     // the service limit on its OCPUs
  std::string_view platform = {};  // the type of platformConfig it takes; empty: it takes none
  bool burstable = false;          // takes a baseline below one whole OCPU
  bool has_disks = false;          // local NVMe disks
  bool has_gpus = false;

  bool flexible() const { return most_ocpus > 0; }
  bool bare_metal() const { return name.starts_with("BM."); }
  bool is_arm() const {
    return workflow::architecture_of(processor) == workflow::Architecture::arm;
  }
};

// Gigabytes of memory that a flexible shape takes for each OCPU.
inline constexpr double kLeastMemoryPerOcpu = 1;
inline constexpr double kMostMemoryPerOcpu = 64;

std::span<const Shape> all_shapes();

// Null: the shape is not in the table.
const Shape* find_shape(std::string_view name);

workflow::ShapeLimits limits_of(const Shape& shape);

}  // namespace migledger::adapters
