// Block volumes and boot volumes: made empty, from a replica, a backup or another volume.
#include "adapters/sim/volumes/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "adapters/catalog/names.h"
#include "adapters/sim/services/references.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

// The instance whose boot volume has this OCID, and no row of its own; null: none.
Instance* booted_from(Call& call, const std::string& id) {
  const auto dot = id.rfind('.');
  Instance* i = dot == std::string::npos ? nullptr : call.world.instance_of(id.substr(dot + 1));
  return i && i->region == call.region.name && sibling_id(*i, "bootvolume") == id ? i : nullptr;
}

Answer list_volumes(Call& call, VolumeKind kind) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto domain = call.parameter("availabilityDomain");
  const auto group = call.parameter("volumeGroupId");
  const auto fits = [&](const Volume& v) {
    return v.kind == kind && (domain.empty() || v.domain == domain) &&
           (group.empty() || v.group == group);
  };
  const auto show = [&](const Volume& v) { return show_volume(v, call.now()); };
  const auto in = key_of("in", call.region.name, compartment);
  if (kind != VolumeKind::boot) return list_rows(call, call.world.volumes, in, fits, show);

  // Those with rows and those that hang on instances, in order of age.
  const Page page = page_of(call);
  std::map<std::uint64_t, json::object> found;
  const auto take = [&](std::uint64_t seq, const Volume& v, std::size_t others) {
    if (v.region == call.region.name && v.compartment == compartment && v.listed <= call.now() &&
        fits(v))
      found.emplace(seq, show(v));
    return found.size() <= others + page.limit;
  };
  call.world.volumes.scan(in, page.after,
                          [&](std::uint64_t seq, Volume& v) { return take(seq, v, 0); });
  const std::size_t rows = found.size();
  call.world.instances.scan(in, page.after, [&](std::uint64_t seq, Instance& i) {
    if (call.world.volumes.find(sibling_id(i, "bootvolume"))) return true;
    return take(seq, boot_volume_of(i, call.now()), rows);
  });
  ListText items;
  std::uint64_t last = 0;
  for (const auto& [seq, item] : found) {
    if (items.size() == page.limit) break;
    items.add(item);
    last = seq;
  }
  const bool more = found.size() > items.size();
  Answer a = std::move(items).answer();
  if (more) a.headers.emplace_back("opc-next-page", std::to_string(last));
  return a;
}

json::object body_to_create(const Call& call, VolumeKind kind) {
  return body_of(call, {{"compartmentId", Type::text, true, {}},
                        {"availabilityDomain"},
                        {"autotunePolicies", Type::list},
                        {"backupPolicyId"},
                        {words_of(kind).replicas, Type::list},
                        {"clusterPlacementGroupId"},
                        {"definedTags", Type::object},
                        {"displayName"},
                        {"freeformTags", Type::object},
                        {"isAutoTuneEnabled", Type::boolean},
                        {"isReservationsEnabled", Type::boolean},
                        {"kmsKeyId"},
                        {"sizeInGBs", Type::number},
                        {"sizeInMBs", Type::number},
                        {"sourceDetails", Type::object, kind == VolumeKind::boot, {}},
                        {"volumeBackupId"},
                        {"vpusPerGB", Type::number},
                        {"xrcKmsKeyId"}});
}

// Takes over what `volume` is made from.
void take_source(Call& call, const json::object& source, Volume& volume) {
  const VolumeWords& words = words_of(volume.kind);
  check_fields(source, "sourceDetails.", {{"type", Type::text, true, {}}, {"id"}, {"deltas"}});
  volume.source_type = text(source, "type");
  volume.source_id = text(source, "id");
  if (volume.source_id.empty()) missing("sourceDetails.id");
  const auto in_domain = [&](const std::string& domain) {
    if (volume.domain.empty()) volume.domain = domain;
    if (volume.domain != domain)
      invalid(fmt::format("availabilityDomain must be that of the source, {}", domain));
  };
  if (volume.source_type == words.from_replica) {
    const Replica& replica = usable_replica(call, volume.kind, volume.source_id);
    in_domain(replica.domain);
    volume.size_gb = replica.size_gb;
    volume.image = replica.image;
  } else if (volume.source_type == words.from_backup) {
    const Backup& backup = usable_backup(call, volume.kind, volume.source_id);
    volume.size_gb = backup.size_gb;
    volume.image = backup.image;
  } else if (volume.source_type == (volume.kind == VolumeKind::boot ? "bootVolume" : "volume")) {
    const Volume from = volume_seen(call, volume.kind, volume.source_id);
    check_available(call, from);
    in_domain(from.domain);
    volume.size_gb = from.size_gb;
    volume.image = from.image;
  } else {
    invalid(fmt::format("sourceDetails.type {} is not one of this resource", volume.source_type));
  }
}

std::int64_t size_of(const json::object& body, std::int64_t absent) {
  const double size = number(body, "sizeInGBs", double(absent));
  if (size != std::floor(size)) invalid("sizeInGBs must be a whole number");
  return static_cast<std::int64_t>(size);
}

std::int64_t performance_of(const json::object& body, VolumeKind kind, std::int64_t absent) {
  const double units = number(body, "vpusPerGB", double(absent));
  if (!is_volume_performance(units, kind == VolumeKind::boot))
    invalid(fmt::format("vpusPerGB must be {}, 20, 30 and so on up to 120",
                        kind == VolumeKind::boot ? "10" : "0, 10"));
  return static_cast<std::int64_t>(units);
}

// What is only kept and shown again of a body, checked.
std::string kept_settings(const json::object& body) {
  const json::value* policies = body.if_contains("autotunePolicies");
  if (policies && policies->is_array())
    for (const json::value& policy : policies->get_array()) {
      if (!policy.is_object()) invalid("autotunePolicies must be a list of objects");
      check_fields(policy.get_object(), "autotunePolicies.",
                   {{"autotuneType", Type::text, true, {"DETACHED_VOLUME", "PERFORMANCE_BASED"}},
                    {"maxVpusPerGB", Type::number}});
      if (text(policy.get_object(), "autotuneType") == "PERFORMANCE_BASED" &&
          !is_volume_performance(number(policy.get_object(), "maxVpusPerGB", -1), false))
        invalid("autotunePolicies.maxVpusPerGB must be 10, 20, 30 and so on up to 120");
    }
  return kept_members(body, {"autotunePolicies", "definedTags", "isAutoTuneEnabled",
                             "isReservationsEnabled", "clusterPlacementGroupId", "backupPolicyId"});
}

Answer create_volume(Call& call, VolumeKind kind) {
  const json::object body = body_to_create(call, kind);
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.volumes.find(token->resource), token->status);
  check_compartment(call, text(body, "compartmentId"));
  check_display_name(body);
  Volume v;
  v.kind = kind;
  v.region = call.region.name;
  v.compartment = text(body, "compartmentId");
  v.name = text(body, "displayName");
  if (v.name.empty()) v.name = "volume" + format_millis(call.now());
  v.tags = tags_of(body);
  v.domain = text(body, "availabilityDomain");
  if (!v.domain.empty()) check_domain(call, v.domain);
  v.kms_key = text(body, "kmsKeyId");
  check_key(v.kms_key, call.region.name);
  v.vpus = performance_of(body, kind, 10);
  v.extra = kept_settings(body);
  const json::object* source = member(body, "sourceDetails");
  if (source) take_source(call, *source, v);
  if (v.domain.empty()) missing("availabilityDomain");
  const auto size = size_of(body, v.size_gb);
  if (size < (source ? v.size_gb : 50) || size > 32768)
    invalid("sizeInGBs must be from 50 to 32768, and not less than the source");
  v.size_gb = size;
  check_volume_limit(call, size);
  v.id = call.world.mint(words_of(kind).ocid, call.region.name);
  v.created = call.now();
  v.listed = listed_at(call);
  v.searched = searched_at(call);
  const Making making = making_of(call, v.name, source != nullptr);
  v.hydrated = making.hydrated;
  v.timeline = making.timeline;
  if (v.source_type == words_of(kind).from_replica) activate_replica(call, v.source_id, making.end);
  Volume& made = call.world.volumes.add(std::move(v));
  if (body.contains(words_of(kind).replicas))
    call.world.volumes.update(made, [&](Volume& row) { replace_replicas(call, row, body, true); });
  call.world.note({std::string(words_of(kind).ocid), made.region, made.id, made.name,
                   creation_key(call, made.tags, ""), call.now()});
  remember_token(call, made.id, "");
  return reply_with(call, made);
}

Answer update_volume(Call& call, VolumeKind kind, const std::string& id) {
  const json::object body = body_of(call, {{"autotunePolicies", Type::list},
                                           {words_of(kind).replicas, Type::list},
                                           {"definedTags", Type::object},
                                           {"displayName"},
                                           {"freeformTags", Type::object},
                                           {"isAutoTuneEnabled", Type::boolean},
                                           {"isReservationsEnabled", Type::boolean},
                                           {"sizeInGBs", Type::number},
                                           {"vpusPerGB", Type::number}});
  Volume& v = volume_row(call, kind, id);
  check_if_match(call, etag_of(v.id, v.version));
  check_available(call, v);
  check_display_name(body);
  const auto size = size_of(body, v.size_gb);
  const auto vpus = performance_of(body, kind, v.vpus);
  const std::string kept = kept_settings(body);
  if (size > 32768) invalid("sizeInGBs must be at most 32768");
  if (size != v.size_gb && !v.replicas.empty())
    incorrect_state("The volume is replicated; it can be resized when its replicas are disabled.");
  if (size < v.size_gb) invalid("sizeInGBs must not be less than it is");
  call.world.volumes.update(v, [&](Volume& row) {
    if (body.contains(words_of(kind).replicas)) replace_replicas(call, row, body, true);
    if (!text(body, "displayName").empty()) row.name = text(body, "displayName");
    if (member(body, "freeformTags")) row.tags = tags_of(body);
    row.size_gb = size;
    row.vpus = vpus;
    row.extra = replaced_members(row.extra, kept);
    ++row.version;
  });
  return reply_with(call, v);
}

Answer remove_volume(Call& call, VolumeKind kind, const std::string& id) {
  Volume& v = volume_row(call, kind, id);
  check_if_match(call, etag_of(v.id, v.version));
  const State state = v.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available && state != State::faulty)
    incorrect_state(fmt::format("The volume is {}.", word_of(state)));
  if (is_attached(call, v)) incorrect_state("The volume is attached to an instance.");
  if (!v.replicas.empty()) incorrect_state("The volume is replicated; disable its replicas first.");
  const Time end = call.now() + call.world.dice.between(call.options.durations.delete_volume);
  call.world.volumes.update(v, [&](Volume& row) {
    row.timeline = {{{call.now(), State::terminating}, {end, State::terminated}}};
    ++row.version;
  });
  Answer a;
  a.status = 204;
  return a;
}

}  // namespace

std::optional<VolumeKind> kind_of(std::string_view VolumeWords::*word, std::string_view text) {
  for (const auto kind : {VolumeKind::block, VolumeKind::boot, VolumeKind::group})
    if (words_of(kind).*word == text) return kind;
  return std::nullopt;
}

Volume boot_volume_of(const Instance& i, Time now) {
  Volume v;
  v.kind = VolumeKind::boot;
  v.id = sibling_id(i, "bootvolume");
  v.region = i.region;
  v.compartment = i.compartment;
  v.name = i.name + " (Boot Volume)";
  v.domain = i.domain;
  v.image = i.image;
  v.size_gb = i.boot_gb;
  v.created = v.hydrated = i.created;
  v.listed = i.listed;
  v.searched = i.searched;
  const bool gone = i.timeline.at(now) == State::terminated && !i.keeps_boot_volume;
  v.timeline = {{{i.created, State::available}}};
  const json::object options = object_of(i.options);
  if (const json::object* boot = member(options, "bootVolume")) {
    v.kms_key = text(*boot, "kmsKeyId");
    v.vpus = static_cast<std::int64_t>(number(*boot, "vpusPerGB", 10));
    v.extra = kept_members(*boot, {"autotunePolicies", "backupPolicyId", "definedTags",
                                   "freeformTags", "isAutoTuneEnabled"});
  }
  if (gone) v.timeline.phases.push_back({i.timeline.end(), State::terminated});
  return v;
}

Volume volume_seen(Call& call, VolumeKind kind, const std::string& id) {
  if (const Volume* row = call.world.volumes.find(id);
      row && row->kind == kind && row->region == call.region.name)
    return *row;
  const Instance* i = kind == VolumeKind::boot ? booted_from(call, id) : nullptr;
  if (!i) not_found();
  return boot_volume_of(*i, call.now());
}

Volume& volume_row(Call& call, VolumeKind kind, const std::string& id) {
  Volume seen = volume_seen(call, kind, id);
  if (Volume* row = call.world.volumes.find(id)) return *row;
  return call.world.volumes.add(std::move(seen));
}

json::object show_volume(const Volume& v, Time now) {
  const VolumeWords& words = words_of(v.kind);
  json::object o;
  o["id"] = v.id;
  o["compartmentId"] = v.compartment;
  o["availabilityDomain"] = v.domain;
  o["displayName"] = v.name;
  o["lifecycleState"] = word_of(v.timeline.at(now));
  o["isHydrated"] = now >= v.hydrated;
  o["sizeInGBs"] = v.size_gb;
  o["sizeInMBs"] = v.size_gb * 1024;
  json::array replicas;
  for (const ReplicaEntry& entry : v.replicas)
    replicas.push_back({{"availabilityDomain", entry.domain},
                        {words.replica_id, entry.id},
                        {"displayName", entry.name},
                        {"kmsKeyId", or_null(entry.kms_key)}});
  o[words.replicas] = std::move(replicas);
  if (v.kind == VolumeKind::group) {
    json::array ids(v.members.begin(), v.members.end());
    o["sourceDetails"] = v.source_type.empty() || v.source_type == "volumeIds"
                             ? json::object{{"type", "volumeIds"}, {"volumeIds", ids}}
                             : json::object{{"type", v.source_type}, {v.source_type, v.source_id}};
    o["volumeIds"] = std::move(ids);
  } else {
    o["kmsKeyId"] = or_null(v.kms_key);
    o["volumeGroupId"] = or_null(v.group);
    o["vpusPerGB"] = v.vpus;
    if (v.kind == VolumeKind::boot) o["imageId"] = or_null(v.image);
    o["sourceDetails"] = v.source_type.empty()
                             ? json::value(nullptr)
                             : json::object{{"type", v.source_type}, {"id", v.source_id}};
  }
  o["freeformTags"] = tags_json(v.tags);
  o["timeCreated"] = format_millis(v.created);
  show_kept(o, v.extra);
  o.erase("backupPolicyId");  // an assignment of its own shows it
  return o;
}

Answer reply_with(const Call& call, const Volume& volume, int status) {
  Answer a = answer(status, show_volume(volume, call.now()));
  a.headers.emplace_back("etag", etag_of(volume.id, volume.version));
  return a;
}

void check_available(const Call& call, const Volume& volume) {
  const State state = volume.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available)
    incorrect_state(fmt::format("The volume is {}, not AVAILABLE.", word_of(state)));
}

void check_domain(const Call& call, const std::string& domain) {
  const auto& domains = call.region.domains;
  if (std::find(domains.begin(), domains.end(), domain) == domains.end())
    invalid(fmt::format("availabilityDomain {} is not one of {}", domain, call.region.name));
}

VolumeUsage volume_usage(const Call& call) {
  VolumeUsage usage;
  call.world.volumes.scan(key_of("region", call.region.name), 0, [&](std::uint64_t, Volume& v) {
    const State state = v.timeline.at(call.now());
    if (v.kind == VolumeKind::group || ends_life(state) || state == State::faulty) return true;
    ++usage.count;
    usage.gigabytes += v.size_gb;
    return true;
  });
  return usage;
}

void check_volume_limit(const Call& call, std::int64_t gigabytes) {
  check_limit_fault(call, "volume-count");
  for (const auto& [name, value] : call.options.faults.limits)
    if ((name == "volume-count" && volume_usage(call).count >= value) ||
        (name == "total-storage-gb" && volume_usage(call).gigabytes + gigabytes > value))
      refuse(400, "LimitExceeded",
             fmt::format("The following service limits were exceeded: {}.", name));
}

Making making_of(Call& call, const std::string& name, bool from_something) {
  const Durations& durations = call.options.durations;
  Making making;
  making.end = call.now() + how_long(call, durations.create_volume, "volume", name);
  making.hydrated = making.end;
  if (from_something) making.hydrated += how_long(call, durations.hydrate, "hydrate", name);
  const bool fails = call.fault == Fault::work_request_fails;
  making.timeline = {
      {{call.now(), State::provisioning}, {making.end, fails ? State::faulty : State::available}}};
  return making;
}

Answer handle_backup_policies(Call& call) {
  if (call.request.method != "GET" || call.path.size() != 2) no_such_operation(call);
  const std::string& asset = call.required_parameter("assetId");
  const auto dot = asset.find('.', 6);
  const auto kind = kind_of(&VolumeWords::ocid,
                            std::string_view(asset).substr(std::min<std::size_t>(6, asset.size()),
                                                           dot == std::string::npos ? 0 : dot - 6));
  if (!kind) not_found();
  const Volume volume = volume_seen(call, *kind, asset);
  json::array items;
  if (const std::string policy = text(object_of(volume.extra), "backupPolicyId"); !policy.empty())
    items.push_back({{"id", policy + "-of-" + volume.name},
                     {"assetId", asset},
                     {"policyId", policy},
                     {"timeCreated", format_millis(volume.created)}});
  return answer(200, items);
}

Answer handle_volumes(Call& call, VolumeKind kind) {
  const std::string& method = call.request.method;
  if (call.path.size() == 2) {
    if (method == "GET") return list_volumes(call, kind);
    if (method == "POST") return create_volume(call, kind);
  } else if (call.path.size() == 3) {
    const std::string& id = call.path[2];
    if (method == "GET") return reply_with(call, volume_seen(call, kind, id));
    if (method == "PUT") return update_volume(call, kind, id);
    if (method == "DELETE") return remove_volume(call, kind, id);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
