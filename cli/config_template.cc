#include "cli/config_template.h"

namespace migledger::cli {

const std::string_view kSingleTemplate = R"({
  "name": "web-1",
  "source_region": "us-ashburn-1",
  "target_region": "sa-bogota-1",
  "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "migration_bucket_name": "migration-staging",
  "source_instance_id": "ocid1.instance.oc1.iad.aaaaaaaaexampleinstanceweb1",
  "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
  "target_subnet_id": "ocid1.subnet.oc1.sa-bogota-1.aaaaaaaaexamplesubnet",
  "target_instance_shape": "VM.Standard.E4.Flex",
  "new_image_name": "web-1-image",
  "new_instance_name": "web-1",
  "allow_source_downtime": true
}
)";

const std::string_view kManyTemplate = R"({
  "parallel": 2,
  "defaults": {
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "migration_bucket_name": "migration-staging",
    "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
    "target_subnet_id": "ocid1.subnet.oc1.sa-bogota-1.aaaaaaaaexamplesubnet",
    "target_instance_shape": "VM.Standard.E4.Flex",
    "allow_source_downtime": true
  },
  "migrations": [
    {
      "name": "db-1",
      "source_instance_id": "ocid1.instance.oc1.iad.aaaaaaaaexampleinstancedb1"
    },
    {
      "name": "cache-1",
      "source_instance_id": "ocid1.instance.oc1.iad.aaaaaaaaexampleinstancecache1"
    },
    {
      "name": "web-1",
      "depends_on": ["db-1", "cache-1"],
      "source_instance_id": "ocid1.instance.oc1.iad.aaaaaaaaexampleinstanceweb1",
      "shape_config": {"ocpus": 2, "memoryInGBs": 16}
    }
  ]
}
)";

}  // namespace migledger::cli
