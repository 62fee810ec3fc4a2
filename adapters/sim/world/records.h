// What a simulated tenancy holds. A resource's state is not stored but follows from its timeline
// and the time at which it is asked for, so that nothing has to tick.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/time.h"

namespace migledger::adapters::sim {

// The words of OCI's lifecycle states and work-request statuses. `gone` is ours: the resource
// cannot be found any more.
enum class State : std::uint8_t {
  gone,
  provisioning,
  starting,
  running,
  stopping,
  stopped,
  creating_image,
  terminating,
  terminated,
  importing,
  available,
  exporting,
  deleted,
  accepted,
  in_progress,
  succeeded,
  completed,
  failed,
  activating,
  faulty,
  request_received,
  creating,
  committed,
  update_pending,
  attaching,
  attached,
  detaching,
  detached,
};
constexpr State last_of(State) { return State::detached; }

std::string_view word_of(State state);

// Whether it is the end of a resource's life: it is shown for some hours, and then forgotten.
bool ends_life(State state);

// The hash by which rows are found (table.h).
std::uint64_t key_of(std::string_view what, std::string_view a, std::string_view b = {},
                     std::string_view c = {});

struct Phase {
  Time from{};
  State state = State::gone;
};

// What a resource is from when on. Times ascend.
struct Timeline {
  std::vector<Phase> phases;

  State at(Time now) const;
  Time end() const { return phases.empty() ? Time{} : phases.back().from; }
  State last() const { return phases.empty() ? State::gone : phases.back().state; }
};

using Tags = std::vector<std::pair<std::string, std::string>>;

enum class ImageOrigin : std::uint8_t { platform, from_instance, imported };
constexpr ImageOrigin last_of(ImageOrigin) { return ImageOrigin::imported; }

struct Image {
  std::string id, region, compartment, name;
  Tags tags;
  ImageOrigin origin = ImageOrigin::platform;
  std::string base_image, os, os_version, launch_mode;
  std::int64_t size_mb = 0;
  Time created{}, listed{}, searched{};
  Timeline timeline;
  std::uint64_t seq = 0, version = 1;
  bool arm = false;   // made for Arm processors
  std::string extra;  // JSON: members that are only kept and shown; empty: none
};

struct Instance {
  std::string id, region, compartment, name;
  Tags tags;
  std::string unique;  // last part of the OCIDs of its boot volume, VNIC and attachments
  std::string domain, fault_domain, shape, image, subnet;
  double ocpus = 0, memory_gb = 0;
  std::int64_t boot_gb = 0;
  std::string metadata, vnic, options;  // JSON: as given at launch; empty: not given
  // Of `options`, "bootVolume" is shown by the boot volume.
  std::string private_ip, public_ip;
  Time created{}, listed{}, searched{}, imaging_lock{};
  Timeline timeline;
  bool keeps_boot_volume = false;
  std::uint64_t seq = 0, version = 1;
};

struct WorkRequest {
  std::string id, region, compartment, operation;
  bool of_object_storage = false;
  std::string entity, resource, action;  // what it works on
  std::string source;                    // of a copy: what is read, "/n/…/b/…/o/…"
  Timeline timeline;
  std::string error_code, error;  // of one that fails
  Time listed{};
  std::uint64_t seq = 0;
};

struct Object {
  std::string name, etag, md5;
  bool multipart = false;  // the MD5 is one of the MD5s of its parts
  std::int64_t size = 0;
  std::string content;  // of what was put; nothing for exported images
  std::string type;
  std::string image_os, image_os_version, image_launch_mode;  // of an exported image
  std::int64_t image_mb = 0;                                  // 0: not an image
  Time created{};
  std::string storage_tier;  // empty: Standard
  Time restored{};           // of an archived one: when it can be read again; epoch: not asked for
  std::string sse_c;         // SHA-256 of the key that its owner keeps; empty: none
  bool image_arm = false;
};

struct Par {
  std::string id, name, object, access, token;
  Time created{}, expires{};
};

struct Bucket {
  std::string region, name, compartment, id, etag, storage_tier, public_access, versioning;
  Tags tags, metadata;
  Time created{}, searched{};
  std::map<std::string, Object, std::less<>> objects;  // rows of their own
  std::map<std::string, Par, std::less<>> pars;        // rows of their own
  std::uint64_t seq = 0;
  bool read_only = false;  // the target of a replication policy
  std::string kms_key;
  std::string extra;  // JSON: members that are only kept and shown; empty: none
};

// What is written to one bucket is carried over to another.
struct ReplicationPolicy {
  std::string id, name, region, bucket, target_region, target_bucket;
  Time created{};
  Time synced{};      // as last told, while it worked
  Time latest_due{};  // of the changes on their way: none overtakes another
};

// An object that appears when an export or copy ends, when it is replicated, or when somebody who
// writes on his own writes again.
struct Arrival {
  Time due{};
  std::uint64_t seq = 0;
  std::string region, bucket, kind, key, work_request;
  Object object;
  std::string source_region, source_bucket, source_object, source_etag;  // of a copy
  std::string if_match;
  bool if_none_match = false;
  std::string policy;         // of a replica
  Time changed{};             // … when the source changed
  bool deletes = false;       // … in that the object was deleted
  Duration again{}, still{};  // of a writer: when next, and for how long from now on
};

// What a retry token was used for.
struct Token {
  std::string region, token;
  std::uint64_t digest = 0;  // of method, path and body
  std::string resource, work_request;
  int status = 200;
  Time used{};
  bool invalidated = false;
};

// One thing that was created, for ever.
struct Creation {
  std::string kind, region, id, name, key;
  Time at{};
};

template <typename A>
void visit(A& a, Phase& p) {
  a(p.from, p.state);
}
template <typename A>
void visit(A& a, Timeline& t) {
  a(t.phases);
}
template <typename A>
void visit(A& a, Image& i) {
  a(i.id, i.region, i.compartment, i.name, i.tags, i.origin, i.base_image, i.os, i.os_version,
    i.launch_mode, i.size_mb, i.created, i.listed, i.searched, i.timeline, i.seq, i.version, i.arm,
    i.extra);
}
template <typename A>
void visit(A& a, Instance& i) {
  a(i.id, i.region, i.compartment, i.name, i.tags, i.unique, i.domain, i.fault_domain, i.shape,
    i.image, i.subnet, i.ocpus, i.memory_gb, i.boot_gb, i.metadata, i.vnic, i.options, i.private_ip,
    i.public_ip, i.created, i.listed, i.searched, i.imaging_lock, i.timeline, i.keeps_boot_volume,
    i.seq, i.version);
}
template <typename A>
void visit(A& a, WorkRequest& w) {
  a(w.id, w.region, w.compartment, w.operation, w.of_object_storage, w.entity, w.resource, w.action,
    w.source, w.timeline, w.error_code, w.error, w.listed, w.seq);
}
template <typename A>
void visit(A& a, Object& o) {
  a(o.name, o.etag, o.md5, o.multipart, o.size, o.content, o.type, o.image_os, o.image_os_version,
    o.image_launch_mode, o.image_mb, o.created, o.storage_tier, o.restored, o.sse_c, o.image_arm);
}
template <typename A>
void visit(A& a, Par& p) {
  a(p.id, p.name, p.object, p.access, p.token, p.created, p.expires);
}
template <typename A>
void visit(A& a, Bucket& b) {
  a(b.region, b.name, b.compartment, b.id, b.etag, b.storage_tier, b.public_access, b.versioning,
    b.tags, b.metadata, b.created, b.searched, b.seq, b.read_only, b.kms_key, b.extra);
}
template <typename A>
void visit(A& a, ReplicationPolicy& p) {
  a(p.id, p.name, p.region, p.bucket, p.target_region, p.target_bucket, p.created, p.synced,
    p.latest_due);
}
template <typename A>
void visit(A& a, Arrival& v) {
  a(v.due, v.seq, v.region, v.bucket, v.kind, v.key, v.work_request, v.object, v.source_region,
    v.source_bucket, v.source_object, v.source_etag, v.if_match, v.if_none_match, v.policy,
    v.changed, v.deletes, v.again, v.still);
}
template <typename A>
void visit(A& a, Token& t) {
  a(t.region, t.token, t.digest, t.resource, t.work_request, t.status, t.used, t.invalidated);
}
template <typename A>
void visit(A& a, Creation& c) {
  a(c.kind, c.region, c.id, c.name, c.key, c.at);
}

}  // namespace migledger::adapters::sim
