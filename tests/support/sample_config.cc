#include "tests/support/sample_config.h"

#include <boost/json.hpp>

namespace migledger::test {

namespace json = boost::json;

json::object old_config() {
  return json::parse(R"({
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaasource",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaatarget",
    "migration_bucket_name": "migration-bucket",
    "source_instance_id": "ocid1.instance.oc1.iad.aaaaaaaainstance",
    "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
    "target_subnet_id": "ocid1.subnet.oc1.sa-bogota-1.aaaaaaaasubnet",
    "target_instance_shape": "VM.Standard.E4.Flex",
    "new_image_name": "migrated image",
    "new_instance_name": "migrated-instance",
    "state_file_path": "no-such-state.json"
  })")
      .as_object();
}

json::object plan_defaults() {
  json::object defaults = old_config();
  for (const char* key :
       {"source_instance_id", "new_image_name", "new_instance_name", "state_file_path"})
    defaults.erase(key);
  return defaults;
}

json::object plan_migration(const std::string& name) {
  return {{"name", name}, {"source_instance_id", "ocid1.instance.oc1.iad.aaaaaaaa" + name}};
}

json::object plan_of_two() {
  json::object second = plan_migration("web");
  second["depends_on"] = json::array{"db"};
  return {{"defaults", plan_defaults()},
          {"migrations", json::array{plan_migration("db"), std::move(second)}}};
}

json::object volume_config() {
  return json::parse(R"({
    "workflow": "volume-replication",
    "name": "data",
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaasource",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaatarget",
    "migration_bucket_name": "migration-bucket",
    "source_volume_id": "ocid1.volume.oc1.iad.aaaaaaaavolume",
    "target_ad": "Uocm:SA-BOGOTA-1-AD-1",
    "attach": {"instance_id": "ocid1.instance.oc1.sa-bogota-1.aaaaaaaainstance"}
  })")
      .as_object();
}

json::object bucket_config() {
  return json::parse(R"({
    "workflow": "storage-replication",
    "name": "pictures",
    "source_region": "us-ashburn-1",
    "target_region": "sa-bogota-1",
    "source_compartment_id": "ocid1.compartment.oc1..aaaaaaaasource",
    "target_compartment_id": "ocid1.compartment.oc1..aaaaaaaatarget",
    "source_bucket_name": "pictures"
  })")
      .as_object();
}

}  // namespace migledger::test
