#include "adapters/catalog/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace migledger::adapters {

namespace {

constexpr std::string_view kHaswell = "2.3 GHz Intel Xeon E5-2699 v3 (Haswell)";
constexpr std::string_view kBroadwell = "2.2 GHz Intel Xeon E5-2669 v4 (Broadwell)";
constexpr std::string_view kSkylake = "2.0 GHz Intel Xeon Platinum 8167M (Skylake)";
constexpr std::string_view kIceLake = "2.6 GHz Intel Xeon Platinum 8358 (Ice Lake)";
constexpr std::string_view kGraniteRapids = "Intel Xeon 6 (Granite Rapids)";
constexpr std::string_view kSapphireRapids = "Intel Xeon Platinum 8480+ (Sapphire Rapids)";
constexpr std::string_view kNaples = "2.0 GHz AMD EPYC 7551 (Naples)";
constexpr std::string_view kRome = "2.25 GHz AMD EPYC 7742 (Rome)";
constexpr std::string_view kMilan = "2.55 GHz AMD EPYC 7J13 (Milan)";
constexpr std::string_view kGenoa = "2.3 GHz AMD EPYC 9J14 (Genoa)";
constexpr std::string_view kTurin = "2.7 GHz AMD EPYC 9J45 (Turin)";
constexpr std::string_view kAltra = "3.0 GHz Ampere Altra";
constexpr std::string_view kAmpereOne = "3.0 GHz AmpereOne";

constexpr Shape flexible(std::string_view name, std::string_view processor, double memory,
                         double most_ocpus, double most_memory, std::string_view limit,
                         std::string_view platform) {
  Shape shape{name, processor, 1, memory};
  shape.most_ocpus = most_ocpus;
  shape.most_memory = most_memory;
  shape.limit = limit;
  shape.platform = platform;
  return shape;
}

constexpr Shape burstable(Shape shape) {
  shape.burstable = true;
  return shape;
}

constexpr Shape dense(Shape shape, double fewest_ocpus) {
  shape.has_disks = true;
  shape.fewest_ocpus = fewest_ocpus;
  return shape;
}

constexpr Shape fixed(std::string_view name, std::string_view processor, double ocpus,
                      double memory, std::string_view limit, std::string_view platform = {}) {
  Shape shape{name, processor, ocpus, memory};
  shape.limit = limit;
  shape.platform = platform;
  return shape;
}

constexpr Shape with_disks(Shape shape) {
  shape.has_disks = true;
  return shape;
}

constexpr Shape with_gpus(Shape shape) {
  shape.has_gpus = true;
  return shape;
}

// clang-format off
constexpr std::array kShapes = {
    burstable(flexible("VM.Standard.E3.Flex", kRome, 16, 114, 1776, "standard-e3-core-ad-count", "AMD_VM")),
    burstable(flexible("VM.Standard.E4.Flex", kMilan, 16, 114, 1760, "standard-e4-core-count", "AMD_VM")),
    burstable(flexible("VM.Standard.E5.Flex", kGenoa, 12, 126, 2098, "standard-e5-core-count", "AMD_VM")),
    flexible("VM.Standard.E6.Flex", kTurin, 11, 126, 1454, "standard-e6-core-count", "AMD_VM"),
    flexible("VM.Standard.E6.Ax.Flex", kTurin, 7, 94, 712, "standard-e6-ax-core-count", "AMD_VM"),
    burstable(flexible("VM.Standard3.Flex", kIceLake, 16, 56, 896, "standard3-core-count", "INTEL_VM")),
    flexible("VM.Standard4.Ax.Flex", kGraniteRapids, 9, 39, 360, "standard4-ax-core-count", "INTEL_VM"),
    flexible("VM.Optimized3.Flex", kIceLake, 14, 18, 256, "optimized3-core-count", "INTEL_VM"),
    flexible("VM.Standard.A1.Flex", kAltra, 6, 80, 512, "standard-a1-core-count", {}),
    flexible("VM.Standard.A2.Flex", kAmpereOne, 6, 78, 946, "standard-a2-core-count", {}),
    flexible("VM.Standard.A4.Flex", kAmpereOne, 7, 45, 700, "standard-a4-core-count", {}),
    flexible("VM.Standard.AMD.Generic", "AMD processor. VM.Standard.E3 processor generation or later", 16, 64, 1024, "standard-amd-generic-core-count", {}),
    flexible("VM.Standard.Intel.Generic", "Intel processor. VM.Standard2 processor generation or later", 16, 32, 512, "standard-intel-generic-core-count", {}),
    flexible("VM.Standard.x86.Generic", "AMD or Intel processor", 16, 32, 512, "standard-x86-generic-core-count", {}),
    flexible("VM.Standard.Ampere.Generic", "Any Ampere processor", 6, 80, 512, "standard-ampere-generic-core-count", {}),
    dense(flexible("VM.DenseIO.E4.Flex", kMilan, 16, 32, 512, "dense-io-e4-core-count", "AMD_VM"), 8),
    dense(flexible("VM.DenseIO.E5.Flex", kGenoa, 12, 48, 576, "dense-io-e5-core-count", "AMD_VM"), 8),

    fixed("VM.Standard2.1", kSkylake, 1, 15, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard2.2", kSkylake, 2, 30, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard2.4", kSkylake, 4, 60, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard2.8", kSkylake, 8, 120, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard2.16", kSkylake, 16, 240, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard2.24", kSkylake, 24, 320, "standard2-core-count", "INTEL_VM"),
    fixed("VM.Standard.E2.1", kNaples, 1, 8, "standard-e2-core-count"),
    fixed("VM.Standard.E2.2", kNaples, 2, 16, "standard-e2-core-count"),
    fixed("VM.Standard.E2.4", kNaples, 4, 32, "standard-e2-core-count"),
    fixed("VM.Standard.E2.8", kNaples, 8, 64, "standard-e2-core-count"),
    fixed("VM.Standard.E2.1.Micro", kNaples, 1, 1, "standard-e2-micro-core-count"),
    fixed("VM.Standard1.1", kHaswell, 1, 7, "standard1-core-count"),
    fixed("VM.Standard1.2", kHaswell, 2, 14, "standard1-core-count"),
    fixed("VM.Standard1.4", kHaswell, 4, 28, "standard1-core-count"),
    fixed("VM.Standard1.8", kHaswell, 8, 56, "standard1-core-count"),
    fixed("VM.Standard1.16", kHaswell, 16, 112, "standard1-core-count"),
    fixed("VM.Standard.B1.1", kBroadwell, 1, 12, "standard-b1-core-count"),
    fixed("VM.Standard.B1.2", kBroadwell, 2, 24, "standard-b1-core-count"),
    fixed("VM.Standard.B1.4", kBroadwell, 4, 48, "standard-b1-core-count"),
    fixed("VM.Standard.B1.8", kBroadwell, 8, 96, "standard-b1-core-count"),
    fixed("VM.Standard.B1.16", kBroadwell, 16, 192, "standard-b1-core-count"),
    with_disks(fixed("VM.DenseIO1.4", kHaswell, 4, 60, "dense-io1-core-count")),
    with_disks(fixed("VM.DenseIO1.8", kHaswell, 8, 120, "dense-io1-core-count")),
    with_disks(fixed("VM.DenseIO1.16", kHaswell, 16, 240, "dense-io1-core-count")),
    with_disks(fixed("VM.DenseIO2.8", kSkylake, 8, 120, "dense-io2-core-count", "INTEL_VM")),
    with_disks(fixed("VM.DenseIO2.16", kSkylake, 16, 240, "dense-io2-core-count", "INTEL_VM")),
    with_disks(fixed("VM.DenseIO2.24", kSkylake, 24, 320, "dense-io2-core-count", "INTEL_VM")),
    with_gpus(fixed("VM.GPU2.1", kSkylake, 12, 72, "gpu2-count")),
    with_gpus(fixed("VM.GPU3.1", kSkylake, 6, 90, "gpu3-count")),
    with_gpus(fixed("VM.GPU3.2", kSkylake, 12, 180, "gpu3-count")),
    with_gpus(fixed("VM.GPU3.4", kSkylake, 24, 360, "gpu3-count")),
    with_gpus(fixed("VM.GPU.A10.1", kIceLake, 15, 240, "gpu-a10-count")),
    with_gpus(fixed("VM.GPU.A10.2", kIceLake, 30, 480, "gpu-a10-count")),

    fixed("BM.Standard1.36", kHaswell, 36, 256, "standard1-core-count"),
    fixed("BM.Standard.B1.44", kBroadwell, 44, 512, "standard-b1-core-count"),
    fixed("BM.Standard2.52", kSkylake, 52, 768, "standard2-core-count", "INTEL_SKYLAKE_BM"),
    fixed("BM.Standard3.64", kIceLake, 64, 1024, "standard3-core-count", "INTEL_ICELAKE_BM"),
    fixed("BM.Standard.E2.64", kNaples, 64, 512, "standard-e2-core-count"),
    fixed("BM.Standard.E3.128", kRome, 128, 2048, "standard-e3-core-ad-count", "AMD_ROME_BM"),
    fixed("BM.Standard.E4.128", kMilan, 128, 2048, "standard-e4-core-count", "AMD_MILAN_BM"),
    fixed("BM.Standard.E5.192", kGenoa, 192, 2304, "standard-e5-core-count", "GENERIC_BM"),
    with_disks(fixed("BM.Standard.E6.256", kTurin, 256, 3072, "standard-e6-core-count", "GENERIC_BM")),
    fixed("BM.Standard.A1.160", kAltra, 160, 1024, "standard-a1-core-count"),
    with_disks(fixed("BM.DenseIO1.36", kHaswell, 36, 512, "dense-io1-core-count")),
    with_disks(fixed("BM.HighIO1.36", kHaswell, 36, 512, "high-io1-core-count")),
    with_disks(fixed("BM.DenseIO2.52", kSkylake, 52, 768, "dense-io2-core-count", "INTEL_SKYLAKE_BM")),
    with_disks(fixed("BM.DenseIO.E4.128", kMilan, 128, 2048, "dense-io-e4-core-count", "AMD_MILAN_BM")),
    with_disks(fixed("BM.DenseIO.E5.128", kGenoa, 128, 1536, "dense-io-e5-core-count", "GENERIC_BM")),
    with_disks(fixed("BM.Optimized3.36", kIceLake, 36, 512, "optimized3-core-count", "INTEL_ICELAKE_BM")),
    with_disks(fixed("BM.HPC2.36", kSkylake, 36, 384, "hpc2-core-count")),
    with_disks(fixed("BM.HPC.E5.144", kGenoa, 144, 768, "hpc-e5-core-count", "GENERIC_BM")),
    with_gpus(fixed("BM.GPU2.2", kSkylake, 28, 192, "gpu2-count")),
    with_gpus(fixed("BM.GPU3.8", kSkylake, 52, 768, "gpu3-count")),
    with_disks(with_gpus(fixed("BM.GPU4.8", kRome, 64, 2048, "gpu4-count", "AMD_ROME_BM_GPU"))),
    with_disks(with_gpus(fixed("BM.GPU.B4.8", kRome, 64, 2048, "gpu4-count", "AMD_ROME_BM_GPU"))),
    with_disks(with_gpus(fixed("BM.GPU.A100-v2.8", kMilan, 128, 2048, "gpu-a100-v2-count", "AMD_MILAN_BM_GPU"))),
    with_disks(with_gpus(fixed("BM.GPU.A10.4", kIceLake, 64, 1024, "gpu-a10-count", "GENERIC_BM"))),
    with_disks(with_gpus(fixed("BM.GPU.L40S.4", kSapphireRapids, 112, 1024, "gpu-l40s-count", "GENERIC_BM"))),
    with_disks(with_gpus(fixed("BM.GPU.H100.8", kSapphireRapids, 112, 2048, "gpu-h100-count", "GENERIC_BM"))),
    with_disks(with_gpus(fixed("BM.GPU.H200.8", kSapphireRapids, 112, 3072, "gpu-h200-count", "GENERIC_BM"))),
    with_disks(with_gpus(fixed("BM.GPU.MI300X.8", kSapphireRapids, 112, 2048, "gpu-mi300x-count", "GENERIC_BM"))),
};
// clang-format on

}  // namespace

std::span<const Shape> all_shapes() { return kShapes; }

const Shape* find_shape(std::string_view name) {
  const auto found = std::ranges::find(kShapes, name, &Shape::name);
  return found == kShapes.end() ? nullptr : &*found;
}

workflow::ShapeLimits limits_of(const Shape& shape) {
  workflow::ShapeLimits limits;
  limits.name = shape.name;
  limits.flexible = shape.flexible();
  limits.ocpus = shape.ocpus;
  limits.memory = shape.memory;
  limits.threads_per_ocpu = workflow::threads_per_ocpu(shape.processor);
  limits.takes_nvmes = shape.has_disks;
  limits.takes_local_volume = false;
  if (!shape.flexible()) return limits;
  limits.fewest_ocpus = shape.fewest_ocpus;
  limits.most_ocpus = shape.most_ocpus;
  limits.least_memory = kLeastMemoryPerOcpu;
  limits.most_memory = shape.most_memory;
  limits.least_memory_per_ocpu = kLeastMemoryPerOcpu;
  limits.most_memory_per_ocpu = kMostMemoryPerOcpu;
  limits.baselines = {"BASELINE_1_1"};
  if (shape.burstable) limits.baselines = {"BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"};
  return limits;
}

}  // namespace migledger::adapters
