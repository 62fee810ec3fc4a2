// What a shape, as OCI lists it, offers; a row a request.
#include "workflow/compute/shape_limits.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace migledger::testing {

using namespace workflow;

namespace {

constexpr const char* kE4 = R"js({"shape": "VM.Standard.E4.Flex", "isFlexible": true, "ocpus": 1,
  "memoryInGBs": 16, "processorDescription": "2.55 GHz AMD EPYC 7J13 (Milan)",
  "baselineOcpuUtilizations": ["BASELINE_1_8", "BASELINE_1_2", "BASELINE_1_1"],
  "ocpuOptions": {"min": 1, "max": 114},
  "memoryOptions": {"minInGBs": 1, "maxInGBs": 1760, "minPerOcpuInGBs": 1,
                    "maxPerOcpuInGBs": 64}})js";
constexpr const char* kA1 = R"({"shape": "VM.Standard.A1.Flex", "isFlexible": true,
  "processorDescription": "3.0 GHz Ampere Altra", "ocpuOptions": {"min": 1, "max": 80}})";
constexpr const char* kA2 = R"({"shape": "VM.Standard.A2.Flex", "isFlexible": true,
  "processorDescription": "3.0 GHz AmpereOne", "baselineOcpuUtilizations": ["BASELINE_1_1"]})";
constexpr const char* kFixed = R"js({"shape": "VM.Standard2.4", "isFlexible": false, "ocpus": 4,
  "memoryInGBs": 60, "processorDescription": "2.0 GHz Intel Xeon Platinum 8167M (Skylake)"})js";
// Of which OCI says nothing but the name.
constexpr const char* kNew = R"({"shape": "VM.Standard.Z9.Flex"})";

struct Row {
  const char* shape;
  const char* config;
  const char* member = nullptr;  // null: offered
  const char* words = "";
};

}  // namespace

TEST_CASE("shapes: limits and steps, as they are listed") {
  const Row rows[] = {
      {kE4, R"({"ocpus": 1, "memoryInGBs": 1})"},
      {kE4, R"({"ocpus": 114, "memoryInGBs": 1760})"},
      {kE4, R"({"ocpus": 2})"},
      {kE4, R"({"vcpus": 4, "memoryInGBs": 128})"},
      {kE4, R"({"vcpus": 4, "ocpus": 2})"},
      {kE4, R"({"ocpus": 1, "baselineOcpuUtilization": "BASELINE_1_8"})"},
      {kE4, R"({"ocpus": 0.1, "memoryInGBs": 16})", "ocpus", "from 1 to 114"},
      {kE4, R"({"ocpus": 115})", "ocpus", "from 1 to 114"},
      {kE4, R"({"vcpus": 230})", "vcpus", "from 2 to 228"},
      {kE4, R"({"vcpus": 4, "ocpus": 4})", "vcpus", "contradicts ocpus"},
      {kE4, R"({"ocpus": 114, "memoryInGBs": 65536})", "memoryInGBs", "from 1 to 1760"},
      {kE4, R"({"ocpus": 2, "memoryInGBs": 129})", "memoryInGBs", "from 2 to 128 for 2 OCPUs"},
      {kE4, R"({"ocpus": 4, "memoryInGBs": 3})", "memoryInGBs", "from 4 to 256"},
      {kA1, R"({"ocpus": 4, "vcpus": 4})"},
      {kA1, R"({"ocpus": 4, "memoryInGBs": 9000})"},
      {kA1, R"({"vcpus": 160})", "vcpus", "from 1 to 80"},
      {kA2, R"({"ocpus": 4, "vcpus": 4})", "vcpus", "8 virtual CPUs"},
      {kA2, R"({"ocpus": 4, "baselineOcpuUtilization": "BASELINE_1_2"})", "baselineOcpuUtilization",
       "BASELINE_1_1 or absent"},
      {kFixed, "{}"},
      {kFixed, R"({"ocpus": 4})", "", "fixed shape of 4 OCPUs and 60 GB"},
      {kNew, R"({"ocpus": 500, "memoryInGBs": 9, "baselineOcpuUtilization": "BASELINE_1_2"})"},
  };
  for (const Row& row : rows) {
    INFO(row.shape << " " << row.config);
    const auto shape = boost::json::parse(row.shape), config = boost::json::parse(row.config);
    const auto problem = problem_with(limits_of(shape), request_of(config));
    CHECK(problem.has_value() == (row.member != nullptr));
    if (!problem || !row.member) continue;
    CHECK(problem->member == row.member);
    CHECK_THAT(problem->message, Catch::Contains(row.words));
  }
}

TEST_CASE("shapes: the architecture follows from the processor's description") {
  CHECK(architecture_of("3.0 GHz Ampere® Altra™") == Architecture::arm);
  CHECK(architecture_of("Any Ampere processor") == Architecture::arm);
  CHECK(architecture_of("2.55 GHz AMD EPYC™ 7J13 (Milan)") == Architecture::x86);
  CHECK(architecture_of("AMD or Intel processor") == Architecture::x86);
  CHECK(architecture_of("") == Architecture::unknown);
  CHECK(architecture_of("something new") == Architecture::unknown);
}

}  // namespace migledger::testing
