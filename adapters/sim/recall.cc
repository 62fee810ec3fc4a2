// What is known to be in a cloud, put into the simulated one.
#include "adapters/sim/call.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world.h"

namespace migledger::adapters::sim {

namespace {

Time long_ago(const World& world) { return world.clock - std::chrono::days(1); }

Bucket& bucket_of(World& world, const Recalled::Object& known) {
  if (Bucket* bucket = world.bucket(known.region, known.bucket)) return *bucket;
  Bucket bucket;
  bucket.region = known.region;
  bucket.name = known.bucket;
  bucket.compartment = known.compartment;
  bucket.id = world.mint("bucket", known.region);
  bucket.etag = world.hex(32);
  bucket.storage_tier = "Standard";
  bucket.public_access = "NoPublicAccess";
  bucket.versioning = "Disabled";
  bucket.created = bucket.searched = long_ago(world);
  return world.add(std::move(bucket));
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
    world.subscribe(known_object.region);
    Bucket& bucket = bucket_of(world, known_object);
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
  world.commit();
}

}  // namespace migledger::adapters::sim
