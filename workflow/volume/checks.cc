// The checks of volumes, before anything is made and at the end.
#include <fmt/format.h>

#include <algorithm>

#include "workflow/steps/carry_over.h"
#include "workflow/steps/check_answers.h"
#include "workflow/steps/check_places.h"
#include "workflow/steps/launch_shape.h"
#include "workflow/steps/limits.h"
#include "workflow/steps/made.h"
#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

std::string_view yes_or_no(const boost::json::value& item, std::string_view key) {
  return is_true(&item, key) ? "true" : "false";
}

// What is known of the replicas that are there already, for people.
void note_replicas(const View& view, const boost::json::value& volume, Verdict& verdict) {
  const auto* replicas = member(&volume, api(view).replicas);
  if (!replicas || !replicas->is_array()) return;
  for (const auto& entry : replicas->get_array()) {
    const auto domain = text(&entry, "availabilityDomain");
    const bool here = domain == view.plan("target_ad");
    verdict.findings.push_back(fmt::format(
        "it is replicated to {} already, by \"{}\"; {}", domain, text(&entry, "displayName"),
        here ? "that replica is used, and left in place unless this ledger made it"
             : "that is left as it is"));
  }
}

}  // namespace

void describe_source(ledger::Fields& facts, unsigned item, const boost::json::value& volume) {
  set(facts, item, "id", text(&volume, "id"));
  set(facts, item, "name", text(&volume, "displayName"));
  set(facts, item, "gigabytes", fmt::format("{}", number(&volume, "sizeInGBs").value_or(0)));
  if (const auto vpus = number(&volume, "vpusPerGB"))
    set(facts, item, "vpus", fmt::format("{}", *vpus));
}

// ---- limits -------------------------------------------------------------------------------------

namespace {

// What the new volumes need, so many of so much together; and each backup is made at the source and
// copied to the target.
std::vector<Need> needs_of(const View& view, std::size_t volumes, double gigabytes) {
  const auto many = static_cast<double>(volumes);
  std::vector<Need> needs{{&kStorageLimit, false, gigabytes}, {&kVolumeLimit, false, many}};
  if (by_backup(view))
    for (const bool at_source : {true, false}) needs.push_back({&kBackupLimit, at_source, many});
  return needs;
}

}  // namespace

// ---- the source --------------------------------------------------------------------------------

namespace {

// The policy by which backups of a volume are made; it is no member of the volume.
Request ask_backup_policy(const View& view, std::string_view id) {
  return core_get(view.plan("source_region"), "volumeBackupPolicyAssignments",
                  make_query({{"assetId", id}}));
}

// Notes what the new volume will not have. A verdict: the policies could not be looked at.
std::optional<Verdict> note_losses(const View& view, const boost::json::value& volume,
                                   const Answer& policies, Verdict& verdict) {
  const auto* assigned = items_of(policies);
  if (!assigned && !is_hidden_or_gone(policies)) return Verdict::cannot_look(policies);
  if (!assigned)
    verdict.findings.push_back(
        fmt::format("whether volume {} has a backup policy could not be seen ({})",
                    text(&volume, "id"), error_words(policies)));
  for (auto& finding : carry_volume(view, volume, assigned && !assigned->empty()).findings)
    verdict.findings.push_back(std::move(finding));
  return std::nullopt;
}

}  // namespace

std::optional<Request> ask_source(const View& view, Answers answers) {
  const auto id = view.plan("source_volume_id");
  if (answers.empty())
    return core_get(view.plan("source_region"),
                    fmt::format("{}/{}", api(view).collection, percent_encode(id)));
  if (answers.size() == 1 && shown(answers[0])) return ask_backup_policy(view, id);
  return std::nullopt;
}

Verdict read_source(const View& view, Answers answers) {
  const auto id = view.plan("source_volume_id");
  const auto title = api(view).title;
  const auto* source = shown(answers[0]);
  if (!source)
    return refused_as_absent(answers[0], fmt::format("source {}", title), id,
                             "check \"source_volume_id\", \"source_region\" and the policies");
  const auto state = text(source, "lifecycleState");
  if (!volume_alive(state))
    return Verdict::refused(fmt::format("source {} {} is {}", title, id, state),
                            "configure one that is AVAILABLE");
  if (state != "AVAILABLE") return Verdict::pending(state);
  const auto compartment = text(source, "compartmentId");
  if (compartment != view.plan("source_compartment_id"))
    return Verdict::refused(fmt::format("source {} {} lies in compartment {}, not in {}", title, id,
                                        compartment, view.plan("source_compartment_id")),
                            "correct \"source_compartment_id\"");
  if (!text(source, "kmsKeyId").empty() && view.plan("target_kms_key_id").empty())
    return Verdict::refused(
        fmt::format("source {} {} is encrypted with a key of yours, {}, which the target region "
                    "does not have",
                    title, id, text(source, "kmsKeyId")),
        "configure \"target_kms_key_id\", a key of the target region");
  Verdict verdict = Verdict::ok();
  verdict.facts.set("volumes", "1");
  describe_source(verdict.facts, 1, *source);
  if (const auto attach = plan_json(view, "attach"); attach.is_object()) {
    const auto type = text(&attach, "type");
    set(verdict.facts, 1, "type", type.empty() ? "paravirtualized" : type);
    set(verdict.facts, 1, "device", text(&attach, "device"));
    set(verdict.facts, 1, "read_only", yes_or_no(attach, "is_read_only"));
  }
  if (!by_backup(view)) note_replicas(view, *source, verdict);
  if (auto no = note_losses(view, *source, answers[1], verdict)) return *no;
  return verdict;
}

// ---- those of an instance ----------------------------------------------------------------------

namespace {

// The attachments that hold, in the order in which they were made; null: no list.
std::optional<boost::json::array> attachments_in(const Answer& answer) {
  const auto* items = items_of(answer);
  if (!items) return std::nullopt;
  boost::json::array attached;
  for (const auto& item : *items)
    if (text(&item, "lifecycleState") == "ATTACHED") attached.push_back(item);
  std::stable_sort(attached.begin(), attached.end(), [](const auto& a, const auto& b) {
    return text(&a, "timeCreated") < text(&b, "timeCreated");
  });
  return attached;
}

// From when something was made of them, they stay the ones that were found first: at the cut-over
// they may be detached.
bool is_begun(const View& view) {
  for (const auto* what : {"replica", "backup", "new"})
    if (count(view) > 0 && !get(view, 1, what).empty()) return true;
  return false;
}

// Whether the volumes of the instance can be made, by the answers after those about them.
struct Room {
  std::vector<std::pair<Need, const Answer*>> needs;
  const Answer* made = nullptr;  // the volumes there, where something is lacking
  std::optional<Verdict> lack;
  std::optional<Request> wanted;
};
Room see_room(const View& view, Answers answers, std::size_t count) {
  Room room;
  if (count == 0) return room;
  double gigabytes = 0;
  for (const auto& volume : answers.subspan(1, count))
    gigabytes += number(shown(volume), "sizeInGBs").value_or(0);
  Turn turn(answers.subspan(1 + 2 * count));
  for (const Need& need : needs_of(view, count, gigabytes)) {
    const auto* answer = turn.take(ask_limit(view, need));
    if (!answer) break;
    room.needs.emplace_back(need, answer);
    if (!room.lack) room.lack = lack_of(view, need, *answer);
  }
  if (room.lack && !turn.wanted()) room.made = turn.take(list_volumes(view));
  room.wanted = turn.wanted();
  return room;
}

}  // namespace

std::optional<Request> ask_attached_sources(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty())
    return core_get(region, "volumeAttachments",
                    make_query({{"compartmentId", view.plan("source_compartment_id")},
                                {"instanceId", view.plan("source_instance_id")}}));
  const auto attached = attachments_in(answers[0]);
  if (!attached) return std::nullopt;
  const std::size_t asked = answers.size() - 1, count = attached->size();
  if (asked >= 2 * count) return see_room(view, answers, count).wanted;
  const auto id = text(&attached->at(asked % count), "volumeId");
  if (asked < count) return core_get(region, "volumes/" + percent_encode(id));
  return ask_backup_policy(view, id);
}

namespace {

// How a volume hangs on the source instance, where the new one will hang otherwise; nothing: the
// new instance can take it.
std::optional<Verdict> object_to_attachment(const View& view, const boost::json::value& attachment,
                                            Verdict& verdict) {
  const auto id = text(&attachment, "volumeId");
  const auto shape = shape_to_launch(view);
  const auto type = text(&attachment, "attachmentType");
  if (shape.starts_with("BM.") && type != "iscsi")
    return Verdict::refused(
        fmt::format("the attached volume {} is attached as {}, and shape {} is bare metal, which "
                    "takes iSCSI only",
                    id, type, shape),
        "attach it by iSCSI at the source, or configure a virtual machine as "
        "\"target_instance_shape\"");
  for (auto& finding : carry_attachment(attachment).findings)
    verdict.findings.push_back(std::move(finding));
  return std::nullopt;
}

}  // namespace

Verdict read_attached_sources(const View& view, Answers answers) {
  if (is_begun(view)) return Verdict::ok();
  const auto attached = attachments_in(answers[0]);
  if (!attached) return Verdict::cannot_look(answers[0]);
  Verdict verdict = Verdict::ok();
  verdict.facts.set("volumes", std::to_string(attached->size()));
  for (unsigned item = 1; item <= attached->size(); ++item) {
    const auto& attachment = attached->at(item - 1);
    const auto* volume = shown(answers[item]);
    if (!volume) return Verdict::cannot_look(answers[item]);
    const auto id = text(volume, "id");
    const auto compartment = text(volume, "compartmentId");
    if (compartment != view.plan("source_compartment_id"))
      return Verdict::refused(
          fmt::format("the attached volume {} lies in compartment {}, not in that of the instance",
                      id, compartment),
          "move it to the instance's compartment, or detach it and move it by a migration of its "
          "own (\"workflow\": \"volume-replication\")");
    if (!text(volume, "kmsKeyId").empty())
      return Verdict::refused(
          fmt::format("the attached volume {} is encrypted with a key of yours", id),
          "detach it, and move it by a migration of its own (\"workflow\": "
          "\"volume-replication\") with \"target_kms_key_id\"");
    if (auto no = object_to_attachment(view, attachment, verdict)) return *no;
    describe_source(verdict.facts, item, *volume);
    set(verdict.facts, item, "type", text(&attachment, "attachmentType"));
    set(verdict.facts, item, "device", text(&attachment, "device"));
    set(verdict.facts, item, "read_only", yes_or_no(attachment, "isReadOnly"));
    set(verdict.facts, item, "shareable", yes_or_no(attachment, "isShareable"));
    verdict.findings.push_back(
        fmt::format("{}{} \"{}\", {} GB, {}", kMovesAlong, id, text(volume, "displayName"),
                    number(volume, "sizeInGBs").value_or(0), text(&attachment, "attachmentType")));
    if (auto no = note_losses(view, *volume, answers[attached->size() + item], verdict)) return *no;
  }
  const Room room = see_room(view, answers, attached->size());
  for (const auto& [need, answer] : room.needs) note_unseen(view, need, *answer, verdict);
  if (!room.lack) return verdict;
  if (!is_list(*room.made)) return Verdict::cannot_look(*room.made);
  // It is no lack when they are there: a ledger may have lost that they were made.
  if (!is_made_already(about(view, 1), "create-volume", *room.made, volume_alive))
    return *room.lack;
  return verdict;
}

// ---- where the claim lies ----------------------------------------------------------------------

std::optional<Request> ask_staging(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty()) return storage(region, "GET", "/n");
  const auto* name_space = shown(answers[0]);
  if (answers.size() > 1 || !name_space || !name_space->is_string()) return std::nullopt;
  return storage(
      region, "GET",
      bucket_path(std::string_view(name_space->get_string()), view.plan("migration_bucket_name")));
}

Verdict read_staging(const View& view, Answers answers) {
  if (answers.size() < 2) return Verdict::cannot_look(answers.back());
  if (!shown(answers[1]))
    return refused_as_absent(
        answers[1], "bucket", view.plan("migration_bucket_name"),
        "create it in the source region, or correct \"migration_bucket_name\"");
  if (auto no = object_to_staging("source", view.plan("migration_bucket_name"), shown(answers[1])))
    return *no;
  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", std::string_view(answers[0].json->get_string()));
  return verdict;
}

// ---- the target --------------------------------------------------------------------------------

namespace {

// An instance can have so many volumes beside its boot volume.
constexpr std::ptrdiff_t kMostAttached = 32;

// Whether the instance that the volume is to be attached to can take it.
Verdict judge_instance(const View& view, const Answer& answer) {
  const std::string id = target_instance(view);
  const auto* instance = shown(answer);
  if (!instance)
    return refused_as_absent(answer, "instance", id,
                             "check \"attach\" and the policies; then run again");
  const auto state = text(instance, "lifecycleState");
  if (state == "TERMINATED" || state == "TERMINATING")
    return Verdict::refused(fmt::format("instance {} is {}", id, state),
                            "configure another one in \"attach\"");
  const auto domain = text(instance, "availabilityDomain");
  if (domain != view.plan("target_ad"))
    return Verdict::refused(
        fmt::format("instance {} lies in {}, the new volume in {}", id, domain,
                    view.plan("target_ad")),
        "configure the instance's availability domain as \"target_ad\", or another instance");
  if (state != "RUNNING" && state != "STOPPED") return Verdict::pending(state);
  const auto shape = text(instance, "shape");
  if (shape.starts_with("BM.") && get(view, 1, "type") == "paravirtualized")
    return Verdict::refused(
        fmt::format("instance {} is bare metal ({}), which takes iSCSI only", id, shape),
        "configure \"type\": \"iscsi\" in \"attach\"");
  Verdict verdict = Verdict::ok();
  verdict.facts.set("attach_compartment", text(instance, "compartmentId"));
  return verdict;
}

// What is read about the target; null: not read yet, or not needed.
struct Target {
  const Answer* domains = nullptr;
  const Answer* compartment = nullptr;
  std::vector<std::pair<Need, const Answer*>> needs;
  const Answer* instance = nullptr;
  const Answer* devices = nullptr;  // those that are free
  const Answer* attached = nullptr;
  const Answer* volumes = nullptr;
  std::optional<Request> wanted;
};

// What the new volume would lack; it is no lack when it is there: a ledger may have lost that it
// was made.
std::optional<Verdict> lack_of(const View& view, const Target& target) {
  for (const auto& [need, answer] : target.needs)
    if (auto no = workflow::lack_of(view, need, *answer)) return no;
  const std::string id = target_instance(view);
  const auto* attached = target.attached ? items_of(*target.attached) : nullptr;
  const auto holds = [](const auto& attachment) {
    const auto state = text(&attachment, "lifecycleState");
    return state == "ATTACHED" || state == "ATTACHING";
  };
  if (attached && std::ranges::count_if(*attached, holds) >= kMostAttached)
    return Verdict::refused(
        fmt::format("instance {} has {} attached volumes already, as many as it can have", id,
                    kMostAttached),
        "detach a volume, or configure another instance in \"attach\"");
  const auto* free = target.devices ? items_of(*target.devices) : nullptr;
  if (!free) return std::nullopt;
  const auto device = get(view, 1, "device");
  const bool is_free =
      std::ranges::any_of(*free, [&](const auto& item) { return text(&item, "name") == device; });
  if (device.empty() || is_free) return std::nullopt;
  return Verdict::refused(fmt::format("the device {} of instance {} is in use", device, id),
                          "configure another \"device\" in \"attach\", or leave it out");
}

Target see_target(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  const std::string instance = "instances/" + percent_encode(target_instance(view));
  Target target;
  Turn turn(answers);
  const auto read = [&] {
    target.domains = turn.take(ask_domains(view));
    target.compartment = turn.take(ask_compartment(view));
    const auto size = parse_json(get(view, 1, "gigabytes")).value_or(0);
    for (const Need& need : needs_of(view, 1, size.is_number() ? size.to_number<double>() : 0)) {
      const auto* answer = turn.take(ask_limit(view, need));
      if (!answer) return;
      target.needs.emplace_back(need, answer);
    }
    if (attaches(view)) {
      target.instance = turn.take(core_get(region, instance));
      if (!target.instance || !shown(*target.instance)) return;
      target.devices = turn.take(core_get(
          region, instance + "/devices", make_query({{"isAvailable", "true"}, {"limit", "1000"}})));
      target.attached = turn.take(
          core_get(region, "volumeAttachments",
                   make_query({{"compartmentId", text(shown(*target.instance), "compartmentId")},
                               {"instanceId", target_instance(view)},
                               {"limit", "1000"}})));
      if (!target.attached) return;
    }
    if (lack_of(view, target)) target.volumes = turn.take(list_volumes(view));
  };
  read();
  target.wanted = turn.wanted();
  return target;
}

}  // namespace

std::optional<Request> ask_target(const View& view, Answers answers) {
  return see_target(view, answers).wanted;
}

Verdict read_target(const View& view, Answers answers) {
  const Target target = see_target(view, answers);
  if (!is_list(*target.domains)) return Verdict::cannot_look(*target.domains);
  if (auto no = object_to_domains(view, *items_of(*target.domains),
                                  {std::string(view.plan("target_ad"))}, "correct \"target_ad\""))
    return *no;
  Verdict verdict = target.instance ? judge_instance(view, *target.instance) : Verdict::ok();
  if (verdict.kind != Verdict::Kind::ok) return verdict;
  if (auto no = object_to_compartment(view, *target.compartment, verdict)) return *no;
  for (const auto& [need, answer] : target.needs) note_unseen(view, need, *answer, verdict);
  for (const auto& [list, what] : {std::pair(target.devices, "which devices are free"),
                                   std::pair(target.attached, "which volumes are attached")}) {
    if (!list || is_list(*list)) continue;
    if (!is_hidden_or_gone(*list)) return Verdict::cannot_look(*list);
    verdict.findings.push_back(fmt::format("{} on instance {} could not be seen ({})", what,
                                           target_instance(view), error_words(*list)));
  }
  if (auto no = lack_of(view, target)) {
    if (!is_list(*target.volumes)) return Verdict::cannot_look(*target.volumes);
    if (!is_made_already(about(view, 1), "create-volume", *target.volumes, volume_alive))
      return *no;
  }
  return verdict;
}

// ---- names -------------------------------------------------------------------------------------

std::optional<Request> ask_names(const View& view, Answers answers) {
  if (answers.empty()) return list_volumes(view);
  return std::nullopt;
}

Verdict read_names(const View& view, Answers answers) {
  const Sighting sighting = sight_volume(view, answers);
  if (sighting.kind == Sighting::Kind::cannot_look) return Verdict::cannot_look(answers[0]);
  if (sighting.kind != Sighting::Kind::foreign) return Verdict::ok();
  Verdict refused = Verdict::refused(
      fmt::format("in the way, and not made by this ledger: {} \"{}\" ({})",
                  sighting.candidates.front().id, sighting.candidates.front().name,
                  sighting.candidates.front().why),
      "rename or remove it, or configure another \"new_volume_name\"; it is never adopted "
      "silently");
  for (const auto& candidate : sighting.candidates)
    refused.findings.push_back(fmt::format("{} \"{}\" ({}): {}", candidate.id, candidate.name,
                                           candidate.state, candidate.why));
  return refused;
}

// ---- at the end --------------------------------------------------------------------------------

std::optional<Request> ask_final(const View& view, Answers answers) {
  return ask_new_volumes(view, answers);
}

Verdict read_final(const View& view, Answers answers) {
  return judge_new_volumes(view, answers, [&](unsigned item, const boost::json::value& volume) {
    const auto id = get(view, item, "new");
    const auto state = text(&volume, "lifecycleState");
    if (state != "AVAILABLE")
      return Verdict::refused(fmt::format("the new volume {} is {}, not AVAILABLE", id, state),
                              "find out why; then run again");
    const double size = number(&volume, "sizeInGBs").value_or(0);
    const auto source = parse_json(get(view, item, "gigabytes")).value_or(0);
    if (source.is_number() && size < source.to_number<double>())
      return Verdict::refused(fmt::format("the new volume {} has {} GB, its source {}", id, size,
                                          source.to_number<double>()),
                              "find out who made it");
    Verdict verdict = Verdict::ok();
    verdict.findings.push_back(fmt::format("{} is {} now, {} GB", get(view, item, "id"), id, size));
    return verdict;
  });
}

}  // namespace migledger::workflow::volume
