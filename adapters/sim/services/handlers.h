// The services of the simulated tenancy. Each takes a call whose path begins as said and answers
// it, or throws ServiceError.
#pragma once

#include "adapters/sim/services/call.h"
#include "adapters/sim/world/volume_records.h"

namespace migledger::adapters::sim {

Answer handle_images(Call& call);       // /20160918/images…
Answer handle_instances(Call& call);    // /20160918/instances…
Answer handle_attachments(Call& call);  // what lives and dies with an instance
Answer handle_placement(Call& call);  // …/computeCapacityReservations, …/dedicatedVmHosts, …
Answer handle_private_ips(Call& call);                       // …/privateIps…
Answer handle_backup_policies(Call& call);                   // …/volumeBackupPolicyAssignments
Answer handle_volumes(Call& call, VolumeKind kind);          // …/volumes, …/bootVolumes
Answer handle_volume_groups(Call& call);                     // …/volumeGroups
Answer handle_volume_replicas(Call& call, VolumeKind kind);  // …/blockVolumeReplicas, …
Answer handle_volume_backups(Call& call, VolumeKind kind);   // …/volumeBackups, …
Answer handle_volume_attachments(Call& call);                // …/volumeAttachments
Answer handle_capacity(Call& call);                          // shapes, computeCapacityReports
Answer handle_work_requests(Call& call);  // /20160918/workRequests… and /workRequests…
Answer handle_identity(Call& call);
Answer handle_limits(Call& call);
Answer handle_search(Call& call);
Answer handle_object_storage(Call& call);  // /n…

// The OCID of what hangs on an instance: "bootvolume", "vnic".
std::string sibling_id(const Instance& instance, std::string_view kind);

// 404 or 405 for a path nobody answers.
[[noreturn]] void no_such_operation(const Call& call);

// An object named by a URL of Object Storage, plain or pre-authenticated.
struct ObjectLocation {
  std::string region, bucket, object;
};
// 400 InvalidParameter unless it names a bucket of this tenancy; a pre-authenticated request must
// be alive and allow `access` ("Read" or "Write").
ObjectLocation locate_uri(Call& call, const std::string& uri, std::string_view access);

// Custom images of the region that are not deleted.
std::int64_t custom_images(const Call& call);

// The kind, as in OCIDs, of what such a collection of handle_placement() holds; empty: it has none.
std::string_view placement_kind(std::string_view collection);

// The capacity rule that refuses a launch there, and its place among the rules; null: none.
const CapacityRule* capacity_rule(const Call& call, std::string_view availability_domain,
                                  std::string_view fault_domain);
std::string capacity_counter(const CapacityRule& rule);

// Whether an availability domain (empty: any) offers the shape: to whoever lists shapes, or to a
// launch, too.
bool is_offered(const Call& call, std::string_view shape, std::string_view domain, bool to_launch);

// OCPUs of the living instances in an availability domain whose shapes count against the limit.
double cores_in_use(const Call& call, std::string_view limit, std::string_view domain);

// Whether a volume holds that device of the instance.
bool device_in_use(const Call& call, const std::string& instance, const std::string& device);

// 400 InvalidObjectName unless Object Storage takes the name.
void check_object_name(const std::string& name);

}  // namespace migledger::adapters::sim
