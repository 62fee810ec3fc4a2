// Replicas of volumes and groups in other regions. They are made and ended by the list that an
// update of the volume gives, and are read in the region they lie in.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/sim/services/references.h"
#include "adapters/sim/volumes/volumes.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

// Up to when what was written to the volume is in the replica; the epoch: not at all yet.
Time synced_until(const Replica& r, Time now) {
  const Time until =
      ends_life(r.timeline.last()) ? std::min(now, r.timeline.phases.back().from) : now;
  if (until < r.first_sync) return {};
  const Duration interval(r.interval_us);
  return r.first_sync + (until - r.first_sync) / interval * interval;
}

json::object show(const Replica& r, Time now) {
  const VolumeWords& words = words_of(r.kind);
  json::object o;
  o["id"] = r.id;
  o["availabilityDomain"] = r.domain;
  o[words.parent_id] = r.volume;
  o["compartmentId"] = r.compartment;
  o["displayName"] = r.name;
  o["lifecycleState"] = word_of(r.timeline.at(now));
  o["sizeInGBs"] = r.size_gb;
  const Time synced = synced_until(r, now);
  o["timeLastSynced"] =
      synced == Time{} ? json::value(nullptr) : json::value(format_millis(synced));
  if (r.kind == VolumeKind::group) {
    json::array members;
    for (const std::string& id : r.members)
      members.push_back({{"volumeReplicaId", id}, {"membershipState", "STABLE"}});
    o["memberReplicas"] = std::move(members);
  } else {
    o["totalDataTransferredInGBs"] = synced == Time{} ? 0 : r.size_gb;
    o["volumeGroupReplicaId"] =
        r.group_replica.empty() ? json::value(nullptr) : json::value(r.group_replica);
    o["kmsKeyId"] = r.kms_key.empty() ? json::value(nullptr) : json::value(r.kms_key);
    if (r.kind == VolumeKind::boot) o["imageId"] = r.image;
  }
  o["freeformTags"] = json::object();
  o["definedTags"] = json::object();
  o["timeCreated"] = format_millis(r.created);
  return o;
}

Replica& find_replica(Call& call, VolumeKind kind, const std::string& id) {
  Replica* r = call.world.replicas.find(id);
  if (!r || r->kind != kind || r->region != call.region.name) not_found();
  return *r;
}

Answer list_replicas(Call& call, VolumeKind kind) {
  const bool group = kind == VolumeKind::group;
  const auto domain = group ? std::string_view(call.required_parameter("availabilityDomain"))
                            : call.parameter("availabilityDomain");
  const auto compartment = group ? std::string_view(call.required_parameter("compartmentId"))
                                 : call.parameter("compartmentId");
  if (!compartment.empty()) check_compartment(call, compartment);
  const auto of_group = call.parameter("volumeGroupReplicaId");
  const auto hash = compartment.empty() ? key_of("region", call.region.name)
                                        : key_of("in", call.region.name, compartment);
  return list_rows(
      call, call.world.replicas, hash,
      [&](const Replica& r) {
        return r.kind == kind && (domain.empty() || r.domain == domain) &&
               (of_group.empty() || r.group_replica == of_group);
      },
      [&](const Replica& r) { return show(r, call.now()); });
}

// ---- the list of an update ----------------------------------------------------------------------

struct Wanted {
  std::string domain, name, kms_key;
  const World::Region* region = nullptr;
};

const World::Region* region_of_domain(const World& world, const std::string& domain) {
  for (const World::Region& r : world.regions())
    if (std::find(r.domains.begin(), r.domains.end(), domain) != r.domains.end()) return &r;
  return nullptr;
}

void check_allowed(const Call& call, const Volume& volume, const std::string& to) {
  for (const ReplicationRule& rule : call.options.faults.no_replication)
    if ((rule.from.empty() || rule.from == volume.region) && (rule.to.empty() || rule.to == to) &&
        (rule.volume.empty() || rule.volume == volume.id))
      invalid(fmt::format("Cross region replication of {} from {} to {} is not supported.",
                          volume.id, volume.region, to));
}

std::vector<Wanted> wanted_by(const Call& call, const Volume& volume, const json::value& list) {
  const std::string where = fmt::format("{}.", words_of(volume.kind).replicas);
  std::vector<Wanted> all;
  std::set<std::string> domains;
  for (const json::value& item : list.as_array()) {
    if (!item.is_object()) invalid(where + " must be a list of objects");
    const json::object& one = item.get_object();
    check_fields(one, where,
                 {{"availabilityDomain", Type::text, true, {}}, {"displayName"}, {"xrrKmsKeyId"}});
    Wanted wanted{text(one, "availabilityDomain"), text(one, "displayName"),
                  text(one, "xrrKmsKeyId"), nullptr};
    wanted.region = region_of_domain(call.world, wanted.domain);
    if (!wanted.region || wanted.region->name == volume.region)
      invalid(fmt::format("{}availabilityDomain must be one of another subscribed region, not {}",
                          where, wanted.domain));
    check_key(wanted.kms_key, wanted.region->name);
    if (!domains.insert(wanted.domain).second)
      invalid(fmt::format("{}availabilityDomain {} is listed twice", where, wanted.domain));
    all.push_back(std::move(wanted));
  }
  return all;
}

// How a replica is synced; the members of a group's replica share it.
struct Rhythm {
  Time first_sync{};
  std::int64_t interval_us = 1;
};

ReplicaEntry start_replica(Call& call, const Volume& volume, const Wanted& wanted,
                           const Rhythm& rhythm, const std::string& group_replica,
                           std::vector<std::string> members) {
  Replica r;
  r.kind = volume.kind;
  r.id = call.world.mint(words_of(volume.kind).replica_ocid, wanted.region->name);
  r.region = wanted.region->name;
  r.compartment = volume.compartment;
  r.name = wanted.name.empty() ? volume.name + " replica" : wanted.name;
  r.domain = wanted.domain;
  r.volume = volume.id;
  r.source_region = volume.region;
  r.image = volume.image;
  r.kms_key = wanted.kms_key;
  r.group_replica = group_replica;
  r.members = std::move(members);
  r.size_gb = volume.size_gb;
  r.created = call.now();
  r.listed = listed_at(call);
  r.first_sync = rhythm.first_sync;
  r.interval_us = rhythm.interval_us;
  const bool fails = call.fault == Fault::work_request_fails;
  r.timeline = {{{call.now(), State::provisioning},
                 {r.first_sync, fails ? State::faulty : State::available}}};
  const Replica& made = call.world.replicas.add(std::move(r));
  call.world.note({std::string(words_of(volume.kind).replica_ocid), made.region, made.id, made.name,
                   made.name, call.now()});
  return {made.domain, made.id, made.name, made.kms_key};
}

ReplicaEntry start(Call& call, const Volume& volume, const Wanted& wanted) {
  const Durations& durations = call.options.durations;
  const Rhythm rhythm{call.now() + how_long(call, durations.first_sync, "replica", volume.id),
                      std::max<std::int64_t>(
                          1, how_long(call, durations.sync_interval, "sync", volume.id).count())};
  if (volume.kind != VolumeKind::group) return start_replica(call, volume, wanted, rhythm, "", {});
  std::vector<std::string> members;
  for (const std::string& id : volume.members) {
    Volume* member = call.world.volumes.find(id);
    if (!member) continue;
    Wanted one = wanted;
    one.name.clear();
    const ReplicaEntry entry = start_replica(call, *member, one, rhythm, "", {});
    members.push_back(entry.id);
    call.world.volumes.update(*member, [&](Volume& v) { v.replicas.push_back(entry); });
  }
  const ReplicaEntry entry = start_replica(call, volume, wanted, rhythm, "", members);
  for (const std::string& id : members)
    if (Replica* r = call.world.replicas.find(id))
      call.world.replicas.update(*r, [&](Replica& row) { row.group_replica = entry.id; });
  return entry;
}

void end(Call& call, const std::string& id, bool preserve_members) {
  Replica* replica = call.world.replicas.find(id);
  if (!replica) return;
  for (const std::string& member : replica->members) {
    Replica* r = call.world.replicas.find(member);
    if (!r) continue;
    call.world.replicas.update(*r, [&](Replica& row) { row.group_replica.clear(); });
    if (preserve_members) continue;
    if (Volume* v = call.world.volumes.find(r->volume))
      call.world.volumes.update(*v, [&](Volume& row) {
        std::erase_if(row.replicas, [&](const ReplicaEntry& e) { return e.id == member; });
      });
    end(call, member, false);
  }
  const Time over = call.now() + call.world.dice.between(call.options.durations.end_replica);
  call.world.replicas.update(*replica, [&](Replica& row) {
    row.timeline = {{{call.now(), State::terminating}, {over, State::terminated}}};
    ++row.version;
  });
}

}  // namespace

void replace_replicas(Call& call, Volume& volume, const json::object& body, bool preserve_members) {
  const auto wanted = wanted_by(call, volume, body.at(words_of(volume.kind).replicas));
  const auto is_wanted = [&](const ReplicaEntry& entry) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Wanted& w) { return w.domain == entry.domain; });
  };
  std::vector<const Wanted*> fresh;
  for (const Wanted& w : wanted)
    if (std::none_of(volume.replicas.begin(), volume.replicas.end(),
                     [&](const ReplicaEntry& e) { return e.domain == w.domain; }))
      fresh.push_back(&w);
  // Nothing happens unless all of it can.
  for (const Wanted* w : fresh) check_allowed(call, volume, w->region->name);
  for (const ReplicaEntry& entry : volume.replicas) {
    const Replica* r = call.world.replicas.find(entry.id);
    if (!r || is_wanted(entry)) continue;
    if (!r->group_replica.empty())
      incorrect_state("The replica is one of the volume's group; update the group.");
    if (r->timeline.at(call.now()) == State::activating)
      incorrect_state("The replica is ACTIVATING; it can be disabled when that has ended.");
  }
  for (const ReplicaEntry& entry : volume.replicas)
    if (!is_wanted(entry)) end(call, entry.id, preserve_members);
  std::erase_if(volume.replicas, [&](const ReplicaEntry& entry) { return !is_wanted(entry); });
  for (const Wanted* w : fresh) volume.replicas.push_back(start(call, volume, *w));
}

const Replica& usable_replica(Call& call, VolumeKind kind, const std::string& id) {
  const Replica& r = find_replica(call, kind, id);
  const State state = r.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available)
    incorrect_state(fmt::format("The replica is {}; it can be activated when it is AVAILABLE.",
                                word_of(state)));
  return r;
}

void activate_replica(Call& call, const std::string& id, Time end) {
  Replica* replica = call.world.replicas.find(id);
  if (!replica) return;
  for (const std::string& member : replica->members) activate_replica(call, member, end);
  call.world.replicas.update(*replica, [&](Replica& row) {
    row.timeline = {{{call.now(), State::activating}, {end, State::available}}};
    ++row.version;
  });
}

Answer handle_volume_replicas(Call& call, VolumeKind kind) {
  if (call.request.method != "GET") no_such_operation(call);
  if (call.path.size() == 2) return list_replicas(call, kind);
  if (call.path.size() == 3) {
    const Replica& r = find_replica(call, kind, call.path[2]);
    Answer a = answer(200, show(r, call.now()));
    a.headers.emplace_back("etag", etag_of(r.id, r.version));
    return a;
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
