// Volume groups: several volumes that are replicated and backed up at one point in time.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/sim/volumes/volumes.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostMembers = 32;

Answer list_groups(Call& call) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto domain = call.parameter("availabilityDomain");
  return list_rows(
      call, call.world.volumes, key_of("in", call.region.name, compartment),
      [&](const Volume& v) {
        return v.kind == VolumeKind::group && (domain.empty() || v.domain == domain);
      },
      [&](const Volume& v) { return show_volume(v, call.now()); });
}

// A volume of the kind that its OCID says; 404.
Volume& member_row(Call& call, const std::string& id) {
  const bool boot = id.starts_with("ocid1.bootvolume.");
  return volume_row(call, boot ? VolumeKind::boot : VolumeKind::block, id);
}

std::vector<std::string> ids_in(const json::object& from, std::string_view name) {
  std::vector<std::string> ids;
  const json::value* list = from.if_contains(name);
  if (!list || !list->is_array()) missing(name);
  for (const json::value& id : list->get_array()) {
    if (!id.is_string()) invalid(fmt::format("{} must be a list of strings", name));
    ids.emplace_back(id.get_string());
  }
  if (ids.empty() || ids.size() > kMostMembers)
    invalid(fmt::format("{} must have 1 to {} members", name, kMostMembers));
  return ids;
}

void set_group(Call& call, const std::vector<std::string>& members, const std::string& group) {
  for (const std::string& id : members)
    if (Volume* row = call.world.volumes.find(id))
      call.world.volumes.update(*row, [&](Volume& v) { v.group = group; });
}

// Makes a volume for the group from one member of what the group is made from.
std::string make_member(Call& call, const Volume& group, const Making& making, VolumeKind kind,
                        const std::string& name, const std::string& image, std::int64_t size,
                        std::string_view source_type, const std::string& source_id) {
  Volume v;
  v.kind = kind;
  v.region = group.region;
  v.compartment = group.compartment;
  v.name = name;
  v.domain = group.domain;
  v.image = image;
  v.size_gb = size;
  v.source_type = source_type;
  v.source_id = source_id;
  v.id = call.world.mint(words_of(kind).ocid, group.region);
  v.created = call.now();
  v.listed = listed_at(call);
  v.searched = searched_at(call);
  v.hydrated = making.hydrated;
  v.timeline = making.timeline;
  return call.world.volumes.add(std::move(v)).id;
}

void take_source(Call& call, const json::object& source, Volume& group, const Making& making) {
  check_fields(
      source, "sourceDetails.",
      {{"type", Type::text, true, {"volumeIds", "volumeGroupReplicaId", "volumeGroupBackupId"}},
       {"volumeIds", Type::list},
       {"volumeGroupReplicaId"},
       {"volumeGroupBackupId"}});
  group.source_type = text(source, "type");
  if (group.source_type == "volumeIds") {
    group.members = ids_in(source, "volumeIds");
    for (const std::string& id : group.members) {
      const Volume& v = member_row(call, id);
      check_available(call, v);
      if (!v.group.empty()) incorrect_state("A volume can be in one volume group only.");
      if (v.domain != group.domain) invalid("volumeIds must lie in the group's domain");
    }
    return;
  }
  group.source_id = text(source, group.source_type);
  if (group.source_id.empty()) missing("sourceDetails." + group.source_type);
  if (group.source_type == "volumeGroupReplicaId") {
    const Replica& replica = usable_replica(call, VolumeKind::group, group.source_id);
    if (group.domain != replica.domain)
      invalid(fmt::format("availabilityDomain must be that of the replica, {}", replica.domain));
    activate_replica(call, replica.id, making.end);
    for (const std::string& id : replica.members) {
      const Replica* from = call.world.replicas.find(id);
      if (!from) continue;
      group.members.push_back(make_member(call, group, making, from->kind, from->name, from->image,
                                          from->size_gb, words_of(from->kind).from_replica, id));
    }
  } else {
    const Backup& backup = usable_backup(call, VolumeKind::group, group.source_id);
    for (const std::string& id : backup.members) {
      const Backup* from = call.world.backups.find(id);
      if (!from) continue;
      group.members.push_back(make_member(call, group, making, from->kind, from->name, from->image,
                                          from->size_gb, words_of(from->kind).from_backup, id));
    }
  }
}

Answer update_group(Call& call, const std::string& id) {
  const json::object body = body_of(call, {{"definedTags", Type::object},
                                           {"displayName"},
                                           {"freeformTags", Type::object},
                                           {"volumeGroupReplicas", Type::list},
                                           {"volumeIds", Type::list}});
  Volume& g = volume_row(call, VolumeKind::group, id);
  check_if_match(call, etag_of(g.id, g.version));
  check_available(call, g);
  check_display_name(body);
  const bool preserve = call.parameter("preserveVolumeReplica") != "false";
  const std::string kept = kept_members(body, {"definedTags"});
  if (body.contains("volumeIds")) {
    if (!g.replicas.empty()) incorrect_state("The group is replicated; its members cannot change.");
    const auto members = ids_in(body, "volumeIds");
    for (const std::string& member : members) check_available(call, member_row(call, member));
    set_group(call, g.members, "");
    set_group(call, members, g.id);
    call.world.volumes.update(g, [&](Volume& row) { row.members = members; });
  }
  call.world.volumes.update(g, [&](Volume& row) {
    if (body.contains("volumeGroupReplicas")) replace_replicas(call, row, body, preserve);
    if (!text(body, "displayName").empty()) row.name = text(body, "displayName");
    if (member(body, "freeformTags")) row.tags = tags_of(body);
    row.extra = replaced_members(row.extra, kept);
    ++row.version;
  });
  return reply_with(call, g);
}

Answer remove_group(Call& call, const std::string& id) {
  Volume& g = volume_row(call, VolumeKind::group, id);
  check_if_match(call, etag_of(g.id, g.version));
  const State state = g.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available && state != State::faulty)
    incorrect_state(fmt::format("The volume group is {}.", word_of(state)));
  if (!g.replicas.empty()) incorrect_state("The group is replicated; disable its replicas first.");
  const Time end = call.now() + call.world.dice.between(call.options.durations.delete_volume);
  set_group(call, g.members, "");
  call.world.volumes.update(g, [&](Volume& row) {
    row.timeline = {{{call.now(), State::terminating}, {end, State::terminated}}};
    ++row.version;
  });
  Answer a;
  a.status = 204;
  return a;
}

Answer create_group(Call& call) {
  const json::object body = body_of(call, {{"availabilityDomain", Type::text, true, {}},
                                           {"compartmentId", Type::text, true, {}},
                                           {"sourceDetails", Type::object, true, {}},
                                           {"backupPolicyId"},
                                           {"clusterPlacementGroupId"},
                                           {"definedTags", Type::object},
                                           {"displayName"},
                                           {"freeformTags", Type::object},
                                           {"volumeGroupReplicas", Type::list},
                                           {"xrcKmsKeyId"}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.volumes.find(token->resource), token->status);
  check_compartment(call, text(body, "compartmentId"));
  check_display_name(body);
  Volume g;
  g.kind = VolumeKind::group;
  g.region = call.region.name;
  g.compartment = text(body, "compartmentId");
  g.name = text(body, "displayName");
  if (g.name.empty()) g.name = "volumegroup" + format_millis(call.now());
  g.tags = tags_of(body);
  g.extra = kept_members(body, {"definedTags"});
  g.domain = text(body, "availabilityDomain");
  check_domain(call, g.domain);
  check_volume_limit(call, 0);
  const json::object& source = *member(body, "sourceDetails");
  const Making making = making_of(call, g.name, text(source, "type") != "volumeIds");
  take_source(call, source, g, making);
  g.size_gb = 0;
  for (const std::string& id : g.members)
    if (const Volume* v = call.world.volumes.find(id)) g.size_gb += v->size_gb;
  g.id = call.world.mint(words_of(VolumeKind::group).ocid, call.region.name);
  g.created = call.now();
  g.listed = listed_at(call);
  g.searched = searched_at(call);
  g.hydrated = making.hydrated;
  g.timeline = making.timeline;
  Volume& made = call.world.volumes.add(std::move(g));
  set_group(call, made.members, made.id);
  if (body.contains("volumeGroupReplicas"))
    call.world.volumes.update(made, [&](Volume& row) { replace_replicas(call, row, body, true); });
  call.world.note({"volumegroup", made.region, made.id, made.name,
                   creation_key(call, made.tags, ""), call.now()});
  remember_token(call, made.id, "");
  return reply_with(call, made);
}

}  // namespace

Answer handle_volume_groups(Call& call) {
  const std::string& method = call.request.method;
  if (call.path.size() == 2) {
    if (method == "GET") return list_groups(call);
    if (method == "POST") return create_group(call);
  } else if (call.path.size() == 3) {
    const std::string& id = call.path[2];
    if (method == "GET") return reply_with(call, volume_seen(call, VolumeKind::group, id));
    if (method == "PUT") return update_group(call, id);
    if (method == "DELETE") return remove_group(call, id);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
