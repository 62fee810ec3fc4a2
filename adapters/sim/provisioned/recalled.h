// What is known of a cloud, by whoever rehearses going on from it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace migledger::adapters::sim {

struct Recalled {
  using Tags = std::vector<std::pair<std::string, std::string>>;
  struct Resource {
    std::string region, compartment, id, name;
    Tags tags;
    std::string image, subnet, shape;  // of an instance
    bool imported = false;             // of an image
  };
  struct Object {
    std::string region, bucket, compartment, name;
    std::int64_t size = 0;
    std::string md5, etag, content;
    bool is_image = false;
  };
  // A block volume, boot volume or group, by the kind in its OCID; so are those below.
  struct Volume {
    std::string region, compartment, id, name;
    Tags tags;
    std::string source_type, source_id;  // what it was made from; empty: of nothing
    std::int64_t gigabytes = 50;
    bool provisioned = false;  // it was there before any migration
  };
  // Of a volume that is recalled, too; in the first availability domain of its region.
  struct Replica {
    std::string region, compartment, id, name, volume;
  };
  struct Backup {
    std::string region, compartment, id, volume, copied_from;
    Tags tags;
  };
  struct Attachment {
    std::string region, compartment, id, instance, volume, type, device;
    bool read_only = false;
  };
  // Replication of a bucket; both buckets are there with it.
  struct Policy {
    std::string region, compartment, bucket, target_region, target_compartment, target_bucket;
    std::string id, name;
  };

  std::string object_namespace;  // empty: not known yet
  std::vector<Resource> images, instances;
  std::vector<Object> objects;  // their buckets are there with them
  std::vector<Volume> volumes;
  std::vector<Replica> replicas;
  std::vector<Backup> backups;
  std::vector<Attachment> attachments;
  std::vector<Policy> policies;
};

}  // namespace migledger::adapters::sim
