// What is known to be in a cloud, put into the simulated one.
#include "adapters/sim/provisioned/recalled.h"
#include "adapters/sim/services/call.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/world.h"

namespace migledger::adapters::sim {

namespace {

Time long_ago(const World& world) { return world.clock - std::chrono::days(1); }

Bucket& bucket_of(World& world, const std::string& region, const std::string& compartment,
                  const std::string& name) {
  world.subscribe(region);
  if (Bucket* bucket = world.bucket(region, name)) return *bucket;
  Bucket bucket;
  bucket.region = region;
  bucket.name = name;
  bucket.compartment = compartment;
  bucket.id = world.mint("bucket", region);
  bucket.etag = world.hex(32);
  bucket.storage_tier = "Standard";
  bucket.public_access = "NoPublicAccess";
  bucket.versioning = "Disabled";
  bucket.created = bucket.searched = long_ago(world);
  return world.add(std::move(bucket));
}

VolumeKind kind_of(const std::string& id) {
  for (const auto kind : {VolumeKind::boot, VolumeKind::group}) {
    const auto& words = words_of(kind);
    for (const auto type : {words.ocid, words.replica_ocid, words.backup_ocid})
      if (id.starts_with("ocid1." + std::string(type) + ".")) return kind;
  }
  return VolumeKind::block;
}

void recall_volumes(World& world, const Recalled& known) {
  const Time then = long_ago(world);
  for (const auto& volume : known.volumes) {
    if (volume.provisioned && !world.first_use("volume/" + volume.region + "/" + volume.id))
      continue;
    if (world.volumes.find(volume.id)) continue;
    Volume row;
    row.kind = kind_of(volume.id);
    row.id = volume.id;
    row.region = volume.region;
    row.compartment = volume.compartment;
    row.name = volume.name;
    row.tags = volume.tags;
    const auto& region = world.subscribe(volume.region);
    row.domain = region.domains.front();
    if (row.kind == VolumeKind::boot) row.image = region.platform_image;
    row.source_type = volume.source_type;
    row.source_id = volume.source_id;
    row.size_gb = volume.gigabytes;
    row.created = row.listed = row.searched = row.hydrated = then;
    row.timeline = {{{then, State::available}}};
    world.volumes.add(std::move(row));
  }
  for (const auto& replica : known.replicas) {
    Volume* volume = world.volumes.find(replica.volume);
    if (!volume || world.replicas.find(replica.id)) continue;
    Replica row;
    row.id = replica.id;
    row.region = replica.region;
    row.compartment = replica.compartment;
    row.name = replica.name;
    row.kind = volume->kind;
    row.domain = world.subscribe(replica.region).domains.front();
    row.volume = volume->id;
    row.source_region = volume->region;
    row.image = volume->image;
    row.size_gb = volume->size_gb;
    row.created = row.listed = row.first_sync = then;
    constexpr auto kInterval = std::chrono::microseconds(std::chrono::minutes(10));
    row.interval_us = kInterval.count();
    row.timeline = {{{then, State::available}}};
    const ReplicaEntry entry{row.domain, row.id, row.name, {}};
    world.replicas.add(std::move(row));
    world.volumes.update(*volume, [&](Volume& v) { v.replicas.push_back(entry); });
  }
  for (const auto& backup : known.backups) {
    if (world.backups.find(backup.id)) continue;
    world.subscribe(backup.region);
    Backup row;
    row.id = backup.id;
    row.region = backup.region;
    row.compartment = backup.compartment;
    row.name = "backup";
    row.tags = backup.tags;
    row.kind = kind_of(backup.volume);
    row.volume = backup.volume;
    row.type = "FULL";
    row.copied_from = backup.copied_from;
    if (const Volume* volume = world.volumes.find(backup.volume)) row.size_gb = volume->size_gb;
    row.created = row.listed = row.searched = then;
    row.timeline = {{{then, State::available}}};
    world.backups.add(std::move(row));
  }
  for (const auto& attachment : known.attachments) {
    if (world.attachments.find(attachment.id)) continue;
    Attachment row;
    row.id =
        attachment.id.empty() ? world.mint("volumeattachment", attachment.region) : attachment.id;
    row.region = attachment.region;
    row.compartment = attachment.compartment;
    row.name = "attachment";
    row.instance = attachment.instance;
    row.volume = attachment.volume;
    row.domain = world.subscribe(attachment.region).domains.front();
    row.type = attachment.type;
    row.device = attachment.device;
    row.read_only = attachment.read_only;
    row.created = row.listed = then;
    row.timeline = {{{then, State::attached}}};
    world.attachments.add(std::move(row));
  }
}

void recall_policies(World& world, const Recalled& known) {
  for (const auto& policy : known.policies) {
    bucket_of(world, policy.region, policy.compartment, policy.bucket);
    Bucket& target =
        bucket_of(world, policy.target_region, policy.target_compartment, policy.target_bucket);
    if (world.policy_of(policy.region, policy.bucket)) continue;
    ReplicationPolicy row;
    row.id = policy.id;
    row.name = policy.name;
    row.region = policy.region;
    row.bucket = policy.bucket;
    row.target_region = policy.target_region;
    row.target_bucket = policy.target_bucket;
    row.created = row.synced = row.latest_due = long_ago(world);
    target.read_only = true;
    world.changed(target);
    world.add(std::move(row));
  }
}

}  // namespace

void Tenancy::recall(const Recalled& known) {
  World& world = *world_;
  if (!known.object_namespace.empty()) world.first_use("namespace/" + known.object_namespace);
  for (const auto& resource : known.images) {
    if (world.image(resource.id)) continue;
    world.subscribe(resource.region);
    Image image;
    image.id = resource.id;
    image.region = resource.region;
    image.compartment = resource.compartment;
    image.name = resource.name;
    image.tags = resource.tags;
    image.origin = resource.imported ? ImageOrigin::imported : ImageOrigin::from_instance;
    image.os = "Oracle Linux";
    image.os_version = "8";
    image.launch_mode = "PARAVIRTUALIZED";
    image.size_mb = 47 * 1024;
    image.created = image.listed = image.searched = long_ago(world);
    image.timeline = {{{image.created, State::available}}};
    world.add(std::move(image));
  }
  for (const auto& resource : known.instances) {
    if (world.instance(resource.id)) continue;
    Instance instance;
    instance.id = resource.id;
    instance.region = resource.region;
    instance.compartment = resource.compartment;
    instance.name = resource.name;
    instance.tags = resource.tags;
    instance.unique = world.mint_unique();
    instance.domain = world.subscribe(resource.region).domains.front();
    instance.shape = resource.shape;
    instance.ocpus = 1;
    instance.memory_gb = 16;
    instance.image = resource.image;
    instance.subnet = resource.subnet;
    instance.boot_gb = 47;
    instance.created = instance.listed = instance.searched = long_ago(world);
    instance.timeline = {{{instance.created, State::running}}};
    world.add(std::move(instance));
  }
  for (const auto& known_object : known.objects) {
    Bucket& bucket =
        bucket_of(world, known_object.region, known_object.compartment, known_object.bucket);
    if (known_object.name.empty() || bucket.objects.count(known_object.name) > 0) continue;
    Object object;
    object.name = known_object.name;
    object.size = known_object.size;
    object.md5 = known_object.md5;
    object.etag = known_object.etag.empty() ? world.hex(32) : known_object.etag;
    object.content = known_object.content;
    object.type = known_object.content.empty() ? "application/octet-stream" : "application/json";
    if (known_object.is_image) {
      object.image_os = "Oracle Linux";
      object.image_os_version = "8";
      object.image_launch_mode = "PARAVIRTUALIZED";
      object.image_mb = 47 * 1024;
    }
    object.created = long_ago(world);
    world.put(bucket, std::move(object));
  }
  recall_volumes(world, known);
  recall_policies(world, known);
  world.commit();
}

}  // namespace migledger::adapters::sim
