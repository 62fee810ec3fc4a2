// The checks of volumes, before anything is made and at the end.
#include <fmt/format.h>

#include <algorithm>

#include "workflow/volume_steps.h"

namespace migledger::workflow::volume {

namespace {

const boost::json::value* value_of(const Answer& answer) {
  return answer.reply.ok() ? answer.json.get() : nullptr;
}

Verdict not_there(const Answer& answer, std::string_view what, std::string_view name,
                  std::string_view need) {
  return Verdict::refused(
      fmt::format("{} {}: {}", what, name, describe(classify(answer.reply, false))),
      std::string(need));
}

std::string_view yes_or_no(const boost::json::value& item, std::string_view key) {
  const auto* value = member(&item, key);
  return value && value->is_bool() && value->get_bool() ? "true" : "false";
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

// ---- the source --------------------------------------------------------------------------------

std::optional<Request> ask_source(const View& view, Answers answers) {
  if (!answers.empty()) return std::nullopt;
  return core_get(
      view.plan("source_region"),
      fmt::format("{}/{}", api(view).collection, percent_encode(view.plan("source_volume_id"))));
}

Verdict read_source(const View& view, Answers answers) {
  const auto id = view.plan("source_volume_id");
  const auto title = api(view).title;
  const auto* source = value_of(answers[0]);
  if (!source)
    return not_there(answers[0], fmt::format("source {}", title), id,
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

}  // namespace

std::optional<Request> ask_attached_sources(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty())
    return core_get(region, "volumeAttachments",
                    make_query({{"compartmentId", view.plan("source_compartment_id")},
                                {"instanceId", view.plan("source_instance_id")}}));
  const auto attached = attachments_in(answers[0]);
  if (!attached || answers.size() > attached->size()) return std::nullopt;
  const auto& next = attached->at(answers.size() - 1);
  return core_get(region, "volumes/" + percent_encode(text(&next, "volumeId")));
}

Verdict read_attached_sources(const View& view, Answers answers) {
  if (is_begun(view)) return Verdict::ok();
  const auto attached = attachments_in(answers[0]);
  if (!attached) return Verdict::cannot_look(answers[0]);
  Verdict verdict = Verdict::ok();
  verdict.facts.set("volumes", std::to_string(attached->size()));
  for (unsigned item = 1; item <= attached->size(); ++item) {
    const auto& attachment = attached->at(item - 1);
    const auto* volume = value_of(answers[item]);
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
    describe_source(verdict.facts, item, *volume);
    set(verdict.facts, item, "type", text(&attachment, "attachmentType"));
    set(verdict.facts, item, "device", text(&attachment, "device"));
    set(verdict.facts, item, "read_only", yes_or_no(attachment, "isReadOnly"));
    set(verdict.facts, item, "shareable", yes_or_no(attachment, "isShareable"));
    verdict.findings.push_back(
        fmt::format("moves along: {} \"{}\", {} GB, {}", id, text(volume, "displayName"),
                    number(volume, "sizeInGBs").value_or(0), text(&attachment, "attachmentType")));
  }
  return verdict;
}

// ---- where the claim lies ----------------------------------------------------------------------

std::optional<Request> ask_staging(const View& view, Answers answers) {
  const auto region = view.plan("source_region");
  if (answers.empty()) return storage(region, "GET", "/n");
  const auto* name_space = value_of(answers[0]);
  if (answers.size() > 1 || !name_space || !name_space->is_string()) return std::nullopt;
  return storage(
      region, "GET",
      bucket_path(std::string_view(name_space->get_string()), view.plan("migration_bucket_name")));
}

Verdict read_staging(const View& view, Answers answers) {
  if (answers.size() < 2) return Verdict::cannot_look(answers.back());
  if (!value_of(answers[1]))
    return not_there(answers[1], "bucket", view.plan("migration_bucket_name"),
                     "create it in the source region, or correct \"migration_bucket_name\"");
  Verdict verdict = Verdict::ok();
  verdict.facts.set("namespace", std::string_view(answers[0].json->get_string()));
  return verdict;
}

// ---- the target --------------------------------------------------------------------------------

namespace {

Request ask_room(const View& view) {
  Request request;
  request.region = view.plan("target_region");
  request.service = Service::limits;
  request.path = "/20190729/services/block-storage/limits/total-storage-gb/resourceAvailability";
  request.query = make_query({{"compartmentId", view.plan("target_compartment_id")},
                              {"availabilityDomain", view.plan("target_ad")}});
  return request;
}

// Whether the instance that the volume is to be attached to can take it.
Verdict judge_instance(const View& view, const Answer& answer) {
  const std::string id = target_instance(view);
  const auto* instance = value_of(answer);
  if (!instance)
    return not_there(answer, "instance", id, "check \"attach\" and the policies; then run again");
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
  Verdict verdict = Verdict::ok();
  verdict.facts.set("attach_compartment", text(instance, "compartmentId"));
  return verdict;
}

}  // namespace

std::optional<Request> ask_target(const View& view, Answers answers) {
  const auto region = view.plan("target_region");
  switch (answers.size()) {
    case 0: {
      Request request =
          core_get(region, "availabilityDomains",
                   make_query({{"compartmentId", view.plan("target_compartment_id")}}));
      request.service = Service::identity;
      return request;
    }
    case 1:
      return ask_room(view);
    case 2:
      if (attaches(view))
        return core_get(region, "instances/" + percent_encode(target_instance(view)));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Verdict read_target(const View& view, Answers answers) {
  const auto* domains = items_of(answers[0]);
  if (!domains) return Verdict::cannot_look(answers[0]);
  std::string there;
  bool found = false;
  for (const auto& domain : *domains) {
    const auto name = text(&domain, "name");
    found = found || name == view.plan("target_ad");
    there.append(there.empty() ? "" : ", ").append(name);
  }
  if (!found)
    return Verdict::refused(fmt::format("{} is not an availability domain of {}; there are: {}",
                                        view.plan("target_ad"), view.plan("target_region"), there),
                            "correct \"target_ad\"");
  Verdict verdict = answers.size() > 2 ? judge_instance(view, answers[2]) : Verdict::ok();
  if (verdict.kind != Verdict::Kind::ok) return verdict;
  const auto room = number(value_of(answers[1]), "available");
  const auto needed = parse_json(get(view, 1, "gigabytes")).value_or(0);
  if (!room) {
    verdict.findings.push_back(
        fmt::format("how much storage may still be made in {} could not be seen ({})",
                    view.plan("target_ad"), describe(classify(answers[1].reply, false))));
  } else if (needed.is_number() && *room < needed.to_number<double>()) {
    return Verdict::refused(fmt::format("{} GB of storage may still be made in {}, {} are needed",
                                        *room, view.plan("target_ad"), needed.to_number<double>()),
                            "have the limit total-storage-gb raised; then run again");
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
