#include "tests/support/sample_volume.h"

#include <fmt/format.h>

namespace migledger::testing {

workflow::PlannedMigration sample_volume(const std::string& name, const std::string& type,
                                         unsigned n) {
  workflow::PlannedMigration m;
  m.name = name;
  m.fields = {
      {"method", "replicate"},
      {"migration_bucket_name", "migration-staging"},
      {"new_volume_name", name + "-moved"},
      {"poll_interval_seconds", "30"},
      {"retry", R"({"base_seconds":2,"cap_seconds":60,"max_attempts":8,"max_generations":3})"},
      {"settle_seconds", "600"},
      {"source_compartment_id", "ocid1.compartment.oc1..source"},
      {"source_region", "us-ashburn-1"},
      {"source_volume_id", fmt::format("ocid1.{}.oc1.iad.{:0>60}", type, n)},
      {"target_ad", "Uocm:SA-BOGOTA-1-AD-1"},
      {"target_compartment_id", "ocid1.compartment.oc1..target"},
      {"target_region", "sa-bogota-1"},
      {"timeouts", "{}"},
  };
  return m;
}

workflow::Plan volume_plan(unsigned count, const std::string& type) {
  workflow::Plan plan;
  plan.workflow = "volume-replication";
  for (unsigned i = 1; i <= count; ++i)
    plan.migrations.push_back(sample_volume(fmt::format("data-{}", i), type, i));
  return plan;
}

}  // namespace migledger::testing
