// What is removed of volumes (removal.h): attachments, new volumes, copies and backups. Of the
// source only the replica that was enabled is taken from its list (volume/replica.cc), until it is
// decommissioned.
#include <fmt/format.h>

#include "workflow/steps/made.h"
#include "workflow/volume/steps.h"

namespace migledger::workflow::volume {

namespace {

Life life_of(std::string_view state) {
  if (state == "TERMINATED" || state == "DETACHED") return Life::gone;
  const bool stands = state == "AVAILABLE" || state == "FAULTY" || state == "ATTACHED";
  return stands ? Life::removable : Life::busy;
}

// The resources of one kind that were made for an item, by the fact that holds the known one and
// the step that made them.
using MadeFor = Made (*)(const View& view, unsigned item);

Made new_volume(const View& view, unsigned item) {
  return {view.plan("target_region"), view.plan("target_compartment_id"), api(view).collection,
          get(view, item, "new"), stem_of(about(view, item), "create-volume")};
}

Made copied_backup(const View& view, unsigned item) {
  return {view.plan("target_region"), view.plan("source_compartment_id"),        api(view).backups,
          get(view, item, "copy"),    stem_of(about(view, item), "copy-backup"), true};
}

Made backup(const View& view, unsigned item) {
  return {view.plan("source_region"), view.plan("source_compartment_id"), api(view).backups,
          get(view, item, "backup"), stem_of(about(view, item), "create-backup")};
}

Made attachment(const View& view, unsigned item) {
  const auto compartment = view.fact("attach_compartment");
  return {view.plan("target_region"),
          compartment.empty() ? view.plan("target_compartment_id") : compartment,
          "volumeAttachments",
          get(view, item, "attachment"),
          {}};
}

// How many answers the items before `item` take: each has as many as it asks for.
std::size_t answers_before(const View& view, MadeFor made, unsigned item) {
  std::size_t n = 0;
  for (unsigned i = 1; i < item; ++i) n += made(view, i).known.empty() ? 1 : 2;
  return n;
}

std::optional<Request> ask_all(const View& view, MadeFor made, Answers answers) {
  for (unsigned item = 1; item <= count(view); ++item) {
    const std::size_t before = answers_before(view, made, item);
    if (auto request = ask_made(made(view, item), answers.subspan(before))) return request;
  }
  return std::nullopt;
}

// The first that is left; else that none is.
Sighting sight_all(const View& view, MadeFor made, Answers answers) {
  for (unsigned item = 1; item <= count(view); ++item) {
    const std::size_t before = answers_before(view, made, item);
    Sighting sighting = sight_made(view, made(view, item), life_of, answers.subspan(before));
    if (sighting.kind != Sighting::Kind::ours) return sighting;
  }
  return nothing_left();
}

Made source_volume(const View& view) {
  return {view.plan("source_region"),
          view.plan("source_compartment_id"),
          api(view).collection,
          view.plan("source_volume_id"),
          {}};
}

}  // namespace

// Nothing was made before the claim's place was found.
bool may_have_made(const View& view) { return moves_volumes(view) && has_namespace(view); }
bool may_have_backed_up(const View& view) { return may_have_made(view) && by_backup(view); }
bool may_have_replicated(const View& view) { return may_have_made(view) && !by_backup(view); }

std::optional<Request> ask_attachment_gone(const View& view, Answers answers) {
  return ask_all(view, attachment, answers);
}
Sighting sight_attachment_gone(const View& view, Answers answers) {
  return sight_all(view, attachment, answers);
}
Request remove_attachment(const View& view) { return remove_made(view, attachment(view, 1)); }

std::optional<Request> ask_volume_gone(const View& view, Answers answers) {
  return ask_all(view, new_volume, answers);
}
Sighting sight_volume_gone(const View& view, Answers answers) {
  return sight_all(view, new_volume, answers);
}
Request remove_volume(const View& view) { return remove_made(view, new_volume(view, 1)); }

std::optional<Request> ask_copy_gone(const View& view, Answers answers) {
  return ask_all(view, copied_backup, answers);
}
Sighting sight_copy_gone(const View& view, Answers answers) {
  return sight_all(view, copied_backup, answers);
}
Request remove_copy(const View& view) { return remove_made(view, copied_backup(view, 1)); }

std::optional<Request> ask_backup_gone(const View& view, Answers answers) {
  return ask_all(view, backup, answers);
}
Sighting sight_backup_gone(const View& view, Answers answers) {
  return sight_all(view, backup, answers);
}
Request remove_backup(const View& view) { return remove_made(view, backup(view, 1)); }

// ---- the members of a new group, which do not end with it --------------------------------------

namespace {

std::vector<std::string> members_of(const View& view) {
  std::vector<std::string> ids;
  const auto list = parse_json(get(view, 1, "members"));
  if (list && list->is_array())
    for (const auto& id : list->get_array())
      if (id.is_string()) ids.emplace_back(id.get_string());
  return ids;
}

std::string member_path(std::string_view id) {
  const VolumeApi* kind = api_of(id);
  return fmt::format("{}/{}", kind ? kind->collection : "volumes", percent_encode(id));
}

}  // namespace

bool has_members(const View& view) { return may_have_made(view) && !members_of(view).empty(); }

std::optional<Request> ask_members_gone(const View& view, Answers answers) {
  const auto ids = members_of(view);
  if (answers.size() >= ids.size()) return std::nullopt;
  return core_get(view.plan("target_region"), member_path(ids[answers.size()]));
}

Sighting sight_members_gone(const View& view, Answers answers) {
  const auto ids = members_of(view);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (answers[i].reply.status == 404) continue;
    const auto volume = item_of(answers[i], ids[i]);
    if (!volume) return Sighting::cannot_look(answers[i]);
    const auto state = text(volume.get(), "lifecycleState");
    if (life_of(state) == Life::removable) return to_remove(ids[i], answers[i].reply.etag());
    if (life_of(state) == Life::busy) return not_removable_yet(ids[i], state);
  }
  return nothing_left();
}

Request remove_member(const View& view) {
  Request request = core_get(view.plan("target_region"), member_path(next_to_remove(view)));
  request.method = "DELETE";
  return guarded_removal(view, std::move(request));
}

// ---- the source --------------------------------------------------------------------------------

std::string decommission_question(const View& view) {
  return fmt::format("delete the source {} {} ({}) for good", api(view).title,
                     view.plan("source_volume_id"), view.plan("source_region"));
}
std::optional<Request> ask_source_gone(const View& view, Answers answers) {
  return ask_made(source_volume(view), answers);
}
Sighting sight_source_gone(const View& view, Answers answers) {
  return sight_made(view, source_volume(view), life_of, answers);
}
Request remove_source(const View& view) { return remove_made(view, source_volume(view)); }

}  // namespace migledger::workflow::volume
