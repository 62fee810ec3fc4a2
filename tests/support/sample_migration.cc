#include "tests/support/sample_migration.h"

#include <fmt/format.h>

namespace migledger::testing {

workflow::PlannedMigration sample_migration(const std::string& name, unsigned n) {
  workflow::PlannedMigration m;
  m.name = name;
  const std::string unique = fmt::format("{:0>60}", n);
  m.fields = {
      {"allow_source_downtime", "true"},
      {"migration_bucket_name", "migration-staging"},
      {"new_image_name", name + "-image"},
      {"new_instance_name", name + "-moved"},
      {"poll_interval_seconds", "30"},
      {"retry", R"({"base_seconds":2,"cap_seconds":60,"max_attempts":8,"max_generations":3})"},
      {"settle_seconds", "600"},
      {"source_compartment_id", "ocid1.compartment.oc1..source"},
      {"source_instance_id", "ocid1.instance.oc1.iad." + unique},
      {"source_region", "us-ashburn-1"},
      {"target_ad", "Uocm:SA-BOGOTA-1-AD-1"},
      {"target_bucket_name", "migration-staging"},
      {"target_compartment_id", "ocid1.compartment.oc1..target"},
      {"target_instance_shape", "VM.Standard.E4.Flex"},
      {"target_region", "sa-bogota-1"},
      {"target_subnet_id", "ocid1.subnet.oc1.sa-bogota-1.subnet"},
      {"timeouts", "{}"},
      {"transfer", "copy"},
  };
  return m;
}

}  // namespace migledger::testing
