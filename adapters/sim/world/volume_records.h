// What a simulated tenancy holds of block storage. Block volumes, boot volumes and groups of
// volumes live alike, so they share their records, and a kind tells them apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sim/world/records.h"

namespace migledger::adapters::sim {

enum class VolumeKind : std::uint8_t { block, boot, group };
constexpr VolumeKind last_of(VolumeKind) { return VolumeKind::group; }

// An entry of the list of replicas that a volume shows.
struct ReplicaEntry {
  std::string domain, id, name, kms_key;
};

struct Volume {
  std::string id, region, compartment, name;
  Tags tags;
  VolumeKind kind = VolumeKind::block;
  std::string domain, image, kms_key;
  std::string group;                   // of which it is a member
  std::string source_type, source_id;  // what it was made from; empty: of nothing
  std::vector<std::string> members;    // of a group
  std::vector<ReplicaEntry> replicas;
  std::int64_t size_gb = 50, vpus = 10;
  Time created{}, listed{}, searched{}, hydrated{};
  Timeline timeline;
  std::uint64_t seq = 0, version = 1;
  std::string extra;  // JSON: members that are only kept and shown; empty: none
};

struct Replica {
  std::string id, region, compartment, name;
  VolumeKind kind = VolumeKind::block;
  std::string domain, volume, source_region, image, kms_key;
  std::string group_replica;         // of which it is a member
  std::vector<std::string> members;  // of a group's replica
  std::int64_t size_gb = 0;
  Time created{}, listed{};
  Time first_sync{};             // then it is AVAILABLE
  std::int64_t interval_us = 1;  // between two syncs
  Timeline timeline;
  std::uint64_t seq = 0, version = 1;
};

struct Backup {
  std::string id, region, compartment, name;
  Tags tags;
  VolumeKind kind = VolumeKind::block;
  std::string volume, type, image;
  std::string copied_from;           // the backup it is a copy of
  std::vector<std::string> members;  // of a group's backup
  std::int64_t size_gb = 0;
  Time created{}, listed{}, searched{};
  Timeline timeline;
  std::uint64_t seq = 0, version = 1;
  std::string extra;  // JSON: members that are only kept and shown; empty: none
};

struct Attachment {
  std::string id, region, compartment, name;
  std::string instance, volume, domain, type, device;
  bool read_only = false, shareable = false;
  Time created{}, listed{};
  Timeline timeline;
  std::uint64_t seq = 0, version = 1;
};

// What the three kinds are called.
struct VolumeWords {
  std::string_view collection;    // of the API's paths
  std::string_view ocid;          // "volume"
  std::string_view search_type;   // in a search: "Volume"
  std::string_view replicas;      // the list in a volume; the collection of its replicas
  std::string_view replica_id;    // of an entry of that list
  std::string_view replica_ocid;  // "blockvolumereplica"
  std::string_view parent_id;     // of a replica, the id of its volume
  std::string_view from_replica;  // source type of a volume made from a replica
  std::string_view backups;       // the collection of backups
  std::string_view backup_ocid;   // "volumebackup"
  std::string_view backup_type;   // in a search: "VolumeBackup"
  std::string_view backup_of;     // of a backup, the id of its volume
  std::string_view copied_from;   // of a backup, the id of the one it is a copy of
  std::string_view from_backup;   // source type of a volume made from a backup
};
const VolumeWords& words_of(VolumeKind kind);

template <typename A>
void visit(A& a, ReplicaEntry& e) {
  a(e.domain, e.id, e.name, e.kms_key);
}
template <typename A>
void visit(A& a, Volume& v) {
  a(v.id, v.region, v.compartment, v.name, v.tags, v.kind, v.domain, v.image, v.kms_key, v.group,
    v.source_type, v.source_id, v.members, v.replicas, v.size_gb, v.vpus, v.created, v.listed,
    v.searched, v.hydrated, v.timeline, v.seq, v.version, v.extra);
}
template <typename A>
void visit(A& a, Replica& r) {
  a(r.id, r.region, r.compartment, r.name, r.kind, r.domain, r.volume, r.source_region, r.image,
    r.kms_key, r.group_replica, r.members, r.size_gb, r.created, r.listed, r.first_sync,
    r.interval_us, r.timeline, r.seq, r.version);
}
template <typename A>
void visit(A& a, Backup& b) {
  a(b.id, b.region, b.compartment, b.name, b.tags, b.kind, b.volume, b.type, b.image, b.copied_from,
    b.members, b.size_gb, b.created, b.listed, b.searched, b.timeline, b.seq, b.version, b.extra);
}
template <typename A>
void visit(A& a, Attachment& t) {
  a(t.id, t.region, t.compartment, t.name, t.instance, t.volume, t.domain, t.type, t.device,
    t.read_only, t.shareable, t.created, t.listed, t.timeline, t.seq, t.version);
}

// ---- by what they are found (Table) ------------------------------------------------------------

// In a compartment, in a region, and by tag.
template <typename T, typename F>
void each_hash_of_place(const T& row, F&& hash) {
  hash(key_of("in", row.region, row.compartment));
  hash(key_of("region", row.region));
}
template <typename F>
void each_hash_of_tags(std::string_view region, const Tags& tags, F&& hash) {
  for (const auto& [key, value] : tags) hash(key_of("tag", region, key, value));
}

template <typename F>
void each_hash(const Volume& v, F&& hash) {
  each_hash_of_place(v, hash);
  each_hash_of_tags(v.region, v.tags, hash);
  hash(key_of("name", v.region, v.compartment, v.name));
}
template <typename F>
void each_hash(const Replica& r, F&& hash) {
  each_hash_of_place(r, hash);
}
template <typename F>
void each_hash(const Backup& b, F&& hash) {
  each_hash_of_place(b, hash);
  each_hash_of_tags(b.region, b.tags, hash);
}
template <typename F>
void each_hash(const Attachment& t, F&& hash) {
  each_hash_of_place(t, hash);
  hash(key_of("on", t.instance));
  hash(key_of("of", t.volume));
}

}  // namespace migledger::adapters::sim
