#include "tests/support/sample_bucket.h"

namespace migledger::testing {

workflow::PlannedMigration sample_bucket(const std::string& name) {
  workflow::PlannedMigration planned;
  planned.name = name;
  planned.fields = {{"source_region", "us-ashburn-1"},
                    {"target_region", "sa-bogota-1"},
                    {"source_compartment_id", "ocid1.compartment.oc1..aaaaaaaasource"},
                    {"target_compartment_id", "ocid1.compartment.oc1..aaaaaaaatarget"},
                    {"source_bucket_name", name},
                    {"target_bucket_name", name},
                    {"copy_parallel", "16"},
                    {"poll_interval_seconds", "30"},
                    {"settle_seconds", "600"}};
  planned.fields = planned.fields.sorted();
  return planned;
}

workflow::Plan bucket_plan(const std::string& name) {
  workflow::Plan plan;
  plan.workflow = "storage-replication";
  plan.migrations.push_back(sample_bucket(name));
  return plan;
}

}  // namespace migledger::testing
