#include "cli/plan/config_template.h"

namespace migledger::cli {

namespace {

constexpr std::string_view kSingle = R"({
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
  "allow_source_downtime": false
}
)";

constexpr std::string_view kMany = R"({
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
    "allow_source_downtime": false
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

constexpr std::string_view kSingleVolume = R"({
  "workflow": "volume-replication",
  "name": "db-data",
  "source_region": "us-ashburn-1",
  "target_region": "sa-bogota-1",
  "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "migration_bucket_name": "migration-staging",
  "source_volume_id": "ocid1.volume.oc1.iad.aaaaaaaaexamplevolumedata",
  "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
  "new_volume_name": "db-data",
  "attach": {
    "instance_id": "ocid1.instance.oc1.sa-bogota-1.aaaaaaaaexampleinstancedb1",
    "type": "paravirtualized",
    "device": "/dev/oracleoci/oraclevdb"
  }
}
)";

constexpr std::string_view kManyVolumes = R"({
  "workflow": "volume-replication",
  "parallel": 3,
  "defaults": {
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "migration_bucket_name": "migration-staging",
    "target_ad": "Uocm:SA-BOGOTA-1-AD-1"
  },
  "migrations": [
    {
      "name": "db-data",
      "source_volume_id": "ocid1.volume.oc1.iad.aaaaaaaaexamplevolumedata",
      "attach": {"instance_id": "ocid1.instance.oc1.sa-bogota-1.aaaaaaaaexampleinstancedb1"}
    },
    {
      "name": "archive",
      "source_volume_id": "ocid1.volume.oc1.iad.aaaaaaaaexamplevolumearchive",
      "method": "backup"
    },
    {
      "name": "cluster",
      "depends_on": ["db-data", "archive"],
      "source_volume_id": "ocid1.volumegroup.oc1.iad.aaaaaaaaexamplegroupcluster"
    }
  ]
}
)";

constexpr std::string_view kSingleBucket = R"({
  "workflow": "storage-replication",
  "name": "pictures",
  "source_region": "us-ashburn-1",
  "target_region": "sa-bogota-1",
  "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
  "source_bucket_name": "pictures",
  "target_bucket_name": "pictures"
}
)";

constexpr std::string_view kManyBuckets = R"({
  "workflow": "storage-replication",
  "parallel": 2,
  "defaults": {
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaaexamplecompartment",
    "copy_parallel": 32
  },
  "migrations": [
    {"name": "pictures", "source_bucket_name": "pictures"},
    {"name": "invoices", "source_bucket_name": "invoices", "target_bucket_name": "invoices-bog"},
    {"name": "index", "source_bucket_name": "index", "depends_on": ["pictures", "invoices"]}
  ]
}
)";

}  // namespace

std::string_view config_template(std::string_view workflow, bool many) {
  if (workflow == "storage-replication") return many ? kManyBuckets : kSingleBucket;
  if (workflow == "volume-replication") return many ? kManyVolumes : kSingleVolume;
  return many ? kMany : kSingle;
}

}  // namespace migledger::cli
