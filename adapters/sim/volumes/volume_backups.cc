// Backups of volumes and groups, and their copies in other regions.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/sim/services/references.h"
#include "adapters/sim/volumes/volumes.h"

namespace migledger::adapters::sim {

namespace json = boost::json;

std::int64_t backups_in(const Call& call, const std::string& region) {
  std::int64_t count = 0;
  call.world.backups.scan(key_of("region", region), 0, [&](std::uint64_t, Backup& b) {
    // Those of a group count as its members.
    if (b.kind != VolumeKind::group && !ends_life(b.timeline.at(call.now()))) ++count;
    return true;
  });
  return count;
}

namespace {

json::object show(const Backup& b, Time now) {
  const VolumeWords& words = words_of(b.kind);
  json::object o;
  o["id"] = b.id;
  o["compartmentId"] = b.compartment;
  o["displayName"] = b.name;
  o["lifecycleState"] = word_of(b.timeline.at(now));
  o["type"] = b.type;
  o["sourceType"] = "MANUAL";
  o[words.backup_of] = b.volume;
  o[words.copied_from] = b.copied_from.empty() ? json::value(nullptr) : json::value(b.copied_from);
  o["sizeInGBs"] = b.size_gb;
  if (b.kind != VolumeKind::boot) o["sizeInMBs"] = b.size_gb * 1024;
  if (b.kind == VolumeKind::group) {
    o["volumeBackupIds"] = json::array(b.members.begin(), b.members.end());
  } else {
    o["uniqueSizeInGBs"] = std::max<std::int64_t>(1, b.size_gb / 4);
    if (b.kind == VolumeKind::boot) o["imageId"] = b.image;
  }
  o["freeformTags"] = tags_json(b.tags);
  o["timeCreated"] = format_millis(b.created);
  o["timeRequestReceived"] = format_millis(b.created);
  show_kept(o, b.extra);
  return o;
}

Answer reply_with(const Call& call, const Backup& b, const std::string& work_request = {},
                  int status = 200) {
  Answer a = answer(status, show(b, call.now()));
  a.headers.emplace_back("etag", etag_of(b.id, b.version));
  if (!work_request.empty()) a.headers.emplace_back("opc-work-request-id", work_request);
  return a;
}

Backup& find_backup(Call& call, VolumeKind kind, const std::string& id) {
  Backup* b = call.world.backups.find(id);
  if (!b || b->kind != kind || b->region != call.region.name) not_found();
  return *b;
}

Answer list_backups(Call& call, VolumeKind kind) {
  const std::string& compartment = call.required_parameter("compartmentId");
  check_compartment(call, compartment);
  const auto of = call.parameter(words_of(kind).backup_of);
  const auto from = call.parameter(words_of(kind).copied_from);
  return list_rows(
      call, call.world.backups, key_of("in", call.region.name, compartment),
      [&](const Backup& b) {
        return b.kind == kind && (of.empty() || b.volume == of) &&
               (from.empty() || b.copied_from == from);
      },
      [&](const Backup& b) { return show(b, call.now()); });
}

// A backup's life; of a group's, COMMITTED is one of its states.
Timeline life(Call& call, VolumeKind kind, Range range, const std::string& name) {
  const Duration whole = how_long(call, range, "backup", name);
  const Time now = call.now();
  const bool fails = call.fault == Fault::work_request_fails;
  Timeline t{{{now, State::request_received}, {now + whole / 20, State::creating}}};
  if (kind == VolumeKind::group) t.phases.push_back({now + whole / 5, State::committed});
  t.phases.push_back({now + whole, fails ? State::faulty : State::available});
  return t;
}

// The backup of one volume, or of one member of a group.
const Backup& add_backup(Call& call, const Volume& of, const std::string& name, Tags tags,
                         const std::string& type, const Timeline& timeline,
                         std::vector<std::string> members) {
  Backup b;
  b.kind = of.kind;
  b.id = call.world.mint(words_of(of.kind).backup_ocid, call.region.name);
  b.region = call.region.name;
  b.compartment = of.compartment;
  b.name = name.empty() ? "backup" + format_millis(call.now()) : name;
  b.tags = std::move(tags);
  b.volume = of.id;
  b.type = type.empty() ? "INCREMENTAL" : type;
  b.image = of.image;
  b.members = std::move(members);
  b.size_gb = of.size_gb;
  b.created = call.now();
  b.listed = listed_at(call);
  b.searched = searched_at(call);
  b.timeline = timeline;
  return call.world.backups.add(std::move(b));
}

// 400 LimitExceeded when there may be no more of them in that region.
void check_backup_limit(const Call& call, const std::string& region) {
  check_limit_fault(call, "backup-count");
  for (const auto& [name, value] : call.options.faults.limits)
    if (name == "backup-count" && backups_in(call, region) >= value)
      refuse(400, "LimitExceeded", "The following service limits were exceeded: backup-count.");
}

Answer create_backup(Call& call, VolumeKind kind) {
  const VolumeWords& words = words_of(kind);
  const json::object body = body_of(call, {{words.backup_of, Type::text, true, {}},
                                           {"compartmentId"},
                                           {"definedTags", Type::object},
                                           {"displayName"},
                                           {"freeformTags", Type::object},
                                           {"kmsKeyId"},
                                           {"type", Type::text, false, {"FULL", "INCREMENTAL"}}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.backups.find(token->resource), "", token->status);
  check_display_name(body);
  Tags tags = tags_of(body);
  const std::string kept = kept_members(body, {"definedTags"});
  check_key(text(body, "kmsKeyId"), call.region.name);
  const Volume of = volume_seen(call, kind, text(body, words.backup_of));
  check_available(call, of);
  check_backup_limit(call, call.region.name);
  const std::string name = text(body, "displayName");
  const Timeline timeline = life(call, kind, call.options.durations.create_backup, name);
  std::vector<std::string> members;
  for (const std::string& id : of.members)
    if (const Volume* member = call.world.volumes.find(id))
      members.push_back(add_backup(call, *member, name, {}, text(body, "type"), timeline, {}).id);
  const std::string id =
      add_backup(call, of, name, std::move(tags), text(body, "type"), timeline, std::move(members))
          .id;
  Backup& made = *call.world.backups.find(id);
  if (!kept.empty()) call.world.backups.update(made, [&](Backup& row) { row.extra = kept; });
  call.world.note({std::string(words_of(kind).backup_ocid), made.region, made.id, made.name,
                   creation_key(call, made.tags, ""), call.now()});
  remember_token(call, made.id, "");
  return reply_with(call, made);
}

std::string copy_to(Call& call, const Backup& from, const std::string& region,
                    const std::string& name, const Timeline& timeline) {
  Backup b = from;
  b.id = call.world.mint(words_of(from.kind).backup_ocid, region);
  b.region = region;
  b.name = name.empty() ? from.name : name;
  b.tags.clear();  // a copy cannot be given tags
  b.extra.clear();
  b.copied_from = from.id;
  b.created = call.now();
  b.listed = listed_at(call);
  b.searched = searched_at(call);
  b.timeline = timeline;
  b.version = 1;
  b.members.clear();
  for (const std::string& id : from.members)
    if (const Backup* member = call.world.backups.find(id))
      b.members.push_back(copy_to(call, *member, region, name, timeline));
  return call.world.backups.add(std::move(b)).id;
}

Answer copy_backup(Call& call, VolumeKind kind, const std::string& id) {
  const json::object body =
      body_of(call, {{"destinationRegion", Type::text, true, {}}, {"displayName"}, {"kmsKeyId"}});
  if (const Token* token = used_token(call))
    return reply_with(call, *call.world.backups.find(token->resource), token->work_request,
                      token->status);
  const Backup& from = find_backup(call, kind, id);
  const std::string region = text(body, "destinationRegion");
  if (region == call.region.name || !call.world.region(region))
    invalid("destinationRegion must be another region that the tenancy is subscribed to");
  check_key(text(body, "kmsKeyId"), region);
  const State state = from.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available)
    incorrect_state(
        fmt::format("The backup is {}; it can be copied when it is AVAILABLE.", word_of(state)));
  check_backup_limit(call, region);
  const std::string name = text(body, "displayName");
  const Timeline timeline = life(call, kind, call.options.durations.copy_backup, name);
  const Backup& made = *call.world.backups.find(copy_to(call, from, region, name, timeline));
  call.world.note({std::string(words_of(kind).backup_ocid) + "-copy", made.region, made.id,
                   made.name, creation_key(call, {}, from.id), call.now()});
  std::string work_request;
  if (kind != VolumeKind::group) {
    Work work;
    work.operation = "CopyVolumeBackup";
    work.compartment = made.compartment;
    work.entity = words_of(kind).backup_ocid;
    work.resource = made.id;
    work.end = timeline.end();
    if (timeline.last() == State::faulty) {
      work.error_code = "InternalError";
      work.error = "The backup could not be copied.";
    }
    work_request = start_work(call, work);
  }
  remember_token(call, made.id, work_request);
  return reply_with(call, made, work_request);
}

Answer remove_backup(Call& call, VolumeKind kind, const std::string& id) {
  Backup& b = find_backup(call, kind, id);
  check_if_match(call, etag_of(b.id, b.version));
  const State state = b.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available && state != State::faulty)
    incorrect_state(fmt::format("The backup is {}.", word_of(state)));
  const Time end = call.now() + call.world.dice.between(call.options.durations.delete_volume);
  const auto remove_row = [&](Backup& row) {
    call.world.backups.update(row, [&](Backup& r) {
      r.timeline = {{{call.now(), State::terminating}, {end, State::terminated}}};
      ++r.version;
    });
  };
  for (const std::string& member : b.members)
    if (Backup* row = call.world.backups.find(member)) remove_row(*row);
  remove_row(b);
  Answer a;
  a.status = 204;
  return a;
}

}  // namespace

const Backup& usable_backup(Call& call, VolumeKind kind, const std::string& id) {
  const Backup& b = find_backup(call, kind, id);
  const State state = b.timeline.at(call.now());
  if (ends_life(state)) not_found();
  if (state != State::available)
    incorrect_state(fmt::format("The backup is {}, not AVAILABLE.", word_of(state)));
  return b;
}

Answer handle_volume_backups(Call& call, VolumeKind kind) {
  const std::string& method = call.request.method;
  const auto& path = call.path;
  if (path.size() == 2) {
    if (method == "GET") return list_backups(call, kind);
    if (method == "POST") return create_backup(call, kind);
  } else if (path.size() == 3) {
    if (method == "GET") return reply_with(call, find_backup(call, kind, path[2]));
    if (method == "DELETE") return remove_backup(call, kind, path[2]);
  } else if (path.size() == 5 && path[3] == "actions" && path[4] == "copy" && method == "POST") {
    return copy_backup(call, kind, path[2]);
  }
  no_such_operation(call);
}

}  // namespace migledger::adapters::sim
